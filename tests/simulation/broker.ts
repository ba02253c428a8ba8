import type { ConnectAttempt, Connection, Network } from '../../agent/src/network.js';
import type { Life } from './machine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** What a bad day does to messages, either way; shares of 0–1. */
export interface Noise {
  /** Vanish although they were confirmed. */
  drop: number;
  twice: number;
  /** Come up to `lateMs` late, and so out of order. */
  late: number;
  lateMs: number;
}

export const QUIET: Noise = { drop: 0, twice: 0, late: 0, lateMs: 0 };

/** Each side notices a dead line by its keep-alive of 15 s. */
const BROKER_NOTICES_MS = 22_500;
const AGENT_NOTICES_MS: readonly [number, number] = [15_000, 25_000];
const CONNECT_PATIENCE_MS = 10_000;

type Direction = 'up' | 'down';

export interface HubEnd {
  onMessage(topic: string, payload: Buffer): void;
  onClosed(): void;
}

export interface SimulatedBroker {
  network(life: Life, agent: number): Network;
  /** The hub's connection; undefined while the broker is away. */
  attachHub(end: HubEnd): { publish(topic: string, payload: string, retain: boolean): boolean } | undefined;
  detachHub(): void;
  /** The line of an agent fails in these directions; `reset` tells both sides at once. */
  cut(agent: number, directions: readonly Direction[], reset: boolean): void;
  mend(agent: number): void;
  isCut(agent: number): boolean;
  setNoise(noise: Noise): void;
  /** The process of an agent is gone; with the machine's power nobody tells the broker. */
  agentDied(agent: number, power: boolean): void;
  stop(keepsRetained: boolean): void;
  start(): void;
  readonly isUp: boolean;
}

interface Session {
  agent: number;
  attempt: ConnectAttempt;
  topics: Set<string>;
  /** Each side's own idea. */
  brokerOpen: boolean;
  agentOpen: boolean;
  /** What waits for a line that is away; TCP keeps it as long as both sides do. */
  held: Record<Direction, (() => void)[]>;
  lastMs: Record<Direction, number>;
}

export interface BrokerDeps {
  scheduler: Scheduler;
  random: Random;
  /** One way between an agent and the broker, ms. */
  latencyMs: (agent: number) => number;
  /** Sees every telemetry message as its agent sends it. */
  onSent: (agent: number, topic: string, payload: Uint8Array) => void;
}

export const createBroker = ({ scheduler, random, latencyMs, onSent }: BrokerDeps): SimulatedBroker => {
  const retained = new Map<string, Buffer>();
  const sessions = new Map<number, Session>();
  const cuts = new Map<number, { directions: ReadonlySet<Direction>; number: number }>();
  let cutNumber = 0;
  let noise = QUIET;
  let isUp = true;
  let hub: HubEnd | undefined;

  const isOpen = (agent: number, direction: Direction): boolean =>
    !cuts.get(agent)?.directions.has(direction);

  /** Loses, repeats and delays. */
  const carry = (
    delayMs: number,
    session: Session | undefined,
    way: Direction,
    deliver: () => void,
  ): void => {
    if (random.chance(noise.drop)) return;
    for (let copies = random.chance(noise.twice) ? 2 : 1; copies > 0; copies--) {
      let atMs = scheduler.nowMs() + delayMs;
      if (random.chance(noise.late)) atMs += random.unit() * noise.lateMs;
      else if (session) atMs = session.lastMs[way] = Math.max(session.lastMs[way], atMs);
      scheduler.at(atMs, deliver);
    }
  };

  /** Over the line of a session, as far as it is there. */
  const overLine = (session: Session, way: Direction, arrive: () => void): void => {
    const go = (): void => {
      if (way === 'down' && !session.agentOpen) return;
      if (way === 'up' && !session.brokerOpen) {
        // The broker knows no such connection any more, and says so where the line lets it.
        if (isOpen(session.agent, 'down'))
          scheduler.after(latencyMs(session.agent), () => endAtAgent(session, 'reset'));
        return;
      }
      if (isOpen(session.agent, way)) arrive();
      else session.held[way].push(go);
    };
    go();
  };

  const toHub = (topic: string, payload: Buffer): void => hub?.onMessage(topic, payload);

  const publishState = (topic: string, payload: Buffer): void => {
    retained.set(topic, payload);
    toHub(topic, payload);
  };

  const endAtBroker = (session: Session, sayWill: boolean): void => {
    if (!session.brokerOpen) return;
    session.brokerOpen = false;
    if (sessions.get(session.agent) === session) sessions.delete(session.agent);
    scheduler.after(random.between(...AGENT_NOTICES_MS), () => endAtAgent(session, 'keep-alive'));
    if (sayWill && isUp) publishState(session.attempt.will.topic, Buffer.from(session.attempt.will.payload));
  };

  const endAtAgent = (session: Session, reason: string): void => {
    if (!session.agentOpen) return;
    session.agentOpen = false;
    session.attempt.onClosed(reason);
  };

  const deliverDown = (session: Session, topic: string, payload: Buffer): void =>
    carry(latencyMs(session.agent), session, 'down', () =>
      overLine(session, 'down', () => session.attempt.onMessage(topic, payload)),
    );

  const fanOut = (topic: string, payload: Buffer): void => {
    for (const session of sessions.values())
      if (session.topics.has(topic)) deliverDown(session, topic, payload);
  };

  const connectionOf = (session: Session, life: Life): Connection => ({
    subscribe: (topics, done) => {
      if (!life.reach() || !session.agentOpen) return;
      scheduler.after(latencyMs(session.agent), () =>
        overLine(session, 'up', () => {
          for (const topic of topics) {
            session.topics.add(topic);
            const kept = retained.get(topic);
            // What a subscription brings is said once only; it comes after the connection's other messages, and surely.
            if (kept)
              scheduler.after(latencyMs(session.agent), () =>
                overLine(session, 'down', () => session.attempt.onMessage(topic, kept)),
              );
          }
          scheduler.after(latencyMs(session.agent), () =>
            overLine(session, 'down', () => {
              if (life.alive) done();
            }),
          );
        }),
      );
    },
    publish: (topic, payload, { retain }, done) => {
      if (!life.reach() || !session.agentOpen) return;
      const bytes = Buffer.from(payload as Uint8Array);
      if (!retain) onSent(session.agent, topic, bytes);
      const delayMs = latencyMs(session.agent);
      const atMs = (session.lastMs.up = Math.max(session.lastMs.up, scheduler.nowMs() + delayMs));
      scheduler.at(atMs, () =>
        overLine(session, 'up', () => {
          if (retain) publishState(topic, bytes);
          else carry(0, undefined, 'up', () => toHub(topic, bytes));
          if (done)
            scheduler.after(delayMs, () =>
              overLine(session, 'down', () => {
                if (life.alive) done();
              }),
            );
        }),
      );
    },
    close: () => {
      if (!life.reach()) return Promise.resolve();
      endAtBroker(session, !isOpen(session.agent, 'up'));
      endAtAgent(session, 'left');
      return Promise.resolve();
    },
    drop: () => {
      if (!life.reach()) return;
      if (isOpen(session.agent, 'up')) endAtBroker(session, true);
      endAtAgent(session, 'dropped');
    },
  });

  const watchLine = (session: Session, number: number): void => {
    const isStill = (): boolean => cuts.get(session.agent)?.number === number;
    scheduler.after(random.between(...AGENT_NOTICES_MS), () => {
      if (isStill()) endAtAgent(session, 'keep-alive');
    });
    scheduler.after(BROKER_NOTICES_MS, () => {
      if (isStill()) endAtBroker(session, true);
    });
  };

  const network = (life: Life, agent: number): Network => ({
    connect: (attempt) => {
      if (!life.reach()) return { abort: () => undefined };
      const session: Session = {
        agent,
        attempt: {
          will: attempt.will,
          onOpen: attempt.onOpen,
          onMessage: (topic, payload) => {
            if (life.alive) attempt.onMessage(topic, payload);
          },
          onClosed: (reason) => {
            if (life.alive) attempt.onClosed(reason);
          },
        },
        topics: new Set(),
        brokerOpen: false,
        agentOpen: true,
        held: { up: [], down: [] },
        lastMs: { up: 0, down: 0 },
      };
      const open = (): void => {
        if (!session.agentOpen || !life.alive) return;
        const cut = cuts.get(agent);
        if (cut) {
          scheduler.after(CONNECT_PATIENCE_MS, () => endAtAgent(session, 'unreachable'));
          return;
        }
        if (!isUp) return endAtAgent(session, 'refused');
        const before = sessions.get(agent);
        if (before) endAtBroker(before, true);
        sessions.set(agent, session);
        session.brokerOpen = true;
        attempt.onOpen(connectionOf(session, life));
      };
      scheduler.after(2 * latencyMs(agent), open);
      return {
        abort: () => {
          if (!life.reach()) return;
          endAtBroker(session, true);
          endAtAgent(session, 'given up');
        },
      };
    },
  });

  return {
    network,
    attachHub: (end) => {
      if (!isUp) return undefined;
      hub = end;
      // Retained states of agents come with the subscription.
      for (const [topic, payload] of retained)
        if (topic.endsWith('/state')) scheduler.after(1, () => hub === end && end.onMessage(topic, payload));
      return {
        publish: (topic, payload, retain) => {
          if (hub !== end || !isUp) return false;
          const bytes = Buffer.from(payload);
          if (retain) retained.set(topic, bytes);
          fanOut(topic, bytes);
          return true;
        },
      };
    },
    detachHub: () => {
      hub = undefined;
    },
    cut: (agent, directions, reset) => {
      const number = ++cutNumber;
      cuts.set(agent, { directions: new Set(directions), number });
      const session = sessions.get(agent);
      if (!session) return;
      if (reset) {
        endAtBroker(session, true);
        endAtAgent(session, 'reset');
      } else watchLine(session, number);
    },
    mend: (agent) => {
      cuts.delete(agent);
      const session = sessions.get(agent);
      if (!session) return;
      for (const way of ['up', 'down'] as const)
        for (const go of session.held[way].splice(0)) scheduler.after(0, go);
      // A side that gave up while the line was away says so now.
      if (!session.agentOpen) endAtBroker(session, true);
    },
    isCut: (agent) => cuts.has(agent),
    setNoise: (next) => {
      noise = next;
    },
    agentDied: (agent, power) => {
      const session = sessions.get(agent);
      if (!session) return;
      session.agentOpen = false;
      if (power || !isOpen(agent, 'up')) scheduler.after(BROKER_NOTICES_MS, () => endAtBroker(session, true));
      else endAtBroker(session, true);
    },
    stop: (keepsRetained) => {
      isUp = false;
      const ended = [...sessions.values()];
      sessions.clear();
      for (const session of ended) {
        session.brokerOpen = false;
        const noticedMs = isOpen(session.agent, 'down') ? 1 : random.between(...AGENT_NOTICES_MS);
        scheduler.after(noticedMs, () => endAtAgent(session, 'reset'));
      }
      if (!keepsRetained) retained.clear();
      const end = hub;
      hub = undefined;
      end?.onClosed();
    },
    start: () => {
      isUp = true;
    },
    get isUp() {
      return isUp;
    },
  };
};
