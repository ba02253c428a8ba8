import type { LiveBatch } from '../../hub/src/telemetry/ports.js';
import type { BatchHeader } from '@siaga/shared';
import { splitLine } from '../../agent/src/codec.js';
import { startAgent, type AgentProcess } from './agent-process.js';
import { createBroker, QUIET, type SimulatedBroker } from './broker.js';
import { createDisk, type Disk } from './disk.js';
import { agentIdOf, agentOf, configOf, devicesOf, type PlannedDevice } from './fleet.js';
import { LIVE_BYTES, startHub, type HubProcess } from './hub-process.js';
import { createBodyReader, createLedger, keyOf, type Ledger } from './ledger.js';
import { createMachine, type Machine } from './machine.js';
import { createRandom } from './random.js';
import { createRowStore, FAIR_ROWS, type SimulatedRowStore } from './row-store.js';
import { createScheduler, type Scheduler } from './scheduler.js';
import type { Fault, Story } from './story.js';
import { createVerdictStore, FAIR_VERDICTS, type SimulatedVerdictStore } from './verdict-store.js';

/** Invariant 5: live waits behind nothing for longer than this … */
const LIVE_WAITS_MS = 15_000;
/** … once its way was free for so long that every patience has started anew. */
export const FREE_AFTER_MS = 60_000;
const LOOK_MS = 1_000;
/** 16 history batches an agent, each as large as these stories make them. */
const HISTORY_BYTES_AN_AGENT = 16 * 30_000;
const TOLD_KEPT = 60;

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Parts that are broken on purpose, to see that the invariants notice. */
export interface Sabotage {
  /** Share of the rows that the row store forgets although it confirmed them. */
  rowsForgotten?: number;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

export interface World {
  readonly story: Story;
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly devices: readonly PlannedDevice[];
  readonly disks: readonly Disk[];
  readonly rows: SimulatedRowStore;
  readonly verdicts: SimulatedVerdictStore;
  readonly hubMachine: Machine;
  /** Times in which something stood in an agent's way to its verdicts. */
  readonly obstacles: readonly Span[][];
  /** Serials of samples that reached the judge while they were young enough. */
  readonly submitted: ReadonlySet<number>;
  /** Keys under which a sample may be stored beside its own (known limit). */
  readonly doubles: ReadonlyMap<string, number>;
  /** What happened lately, in words. */
  readonly told: string[];
  /** Runs the faults to the end of the last; everything is well again afterwards. */
  play(): Promise<void>;
  /** All that was made is stored, judged and healed. What is missing, in words. */
  unsettled(): string | undefined;
}

export const createWorld = (story: Story, sabotage: Sabotage = {}): World => {
  const scheduler = createScheduler();
  const random = createRandom(story.seed).fork('world');
  const ledger = createLedger();
  const readBody = createBodyReader();
  const devices = devicesOf(story);
  const told: string[] = [];
  const serials = new Map<string, number>();
  const submitted = new Set<number>();
  const doubles = new Map<string, number>();

  const tell = (what: string): void => {
    told.push(`${(scheduler.nowMs() / 1000).toFixed(3).padStart(10)} s  ${what}`);
    if (told.length > TOLD_KEPT) told.shift();
  };
  const violate = (what: string): void => {
    tell(`VIOLATION ${what}`);
    scheduler.halt(new Violation(what));
  };

  const rows = createRowStore({
    scheduler,
    random: random.fork('rows'),
    onViolation: violate,
    forgets: sabotage.rowsForgotten ?? 0,
  });
  const isSettledRow = (key: string): boolean => rows.rows.has(key) || rows.refused.has(key);
  const verdicts = createVerdictStore({ scheduler, random: random.fork('verdicts') });
  const hubMachine = createMachine(scheduler, { driftPpm: story.hubDriftPpm, wallOffsetMs: 0 });

  /** What is true of each device just now: how many faults lie on it. */
  const downs = devices.map(() => 0);
  const noRights = devices.map(() => 0);
  const refusals = devices.map(() => 0);
  const chance = random.fork('probes');
  const deviceAt = new Map(devices.map(({ address }, place) => [address, place]));
  const probe = (address: string) => {
    const place = deviceAt.get(address)!;
    const { check } = devices[place]!;
    if (noRights[place]! > 0) return { outcome: 'skipped' as const, lost: 0, check };
    if (downs[place]! > 0) return { outcome: 'failed' as const, lost: 3, check };
    return { outcome: 'ok' as const, lost: chance.chance(0.03) ? 1 : 0, check };
  };

  // What was sent and is not judged yet, by agent.
  const madeLive = story.agents.map(() => [] as { stream: number; seq: number; atMs: number }[]);
  const newestLive = story.agents.map(() => ({ stream: 0, seq: 0 }));
  const onSent = (agent: number, _topic: string, payload: Uint8Array): void => {
    const split = splitLine(payload);
    if (!split) return;
    const header = split.head as BatchHeader;
    if (header.seq === undefined) return;
    const stream = header.origin ?? header.stream;
    for (const { serial, check, stampMs } of readBody(split.rest, header.enc === 'deflate')) {
      const cycle = ledger.of(serial);
      const key = keyOf(check, stream, stampMs);
      serials.set(key, serial);
      if (cycle.key === undefined) {
        cycle.key = key;
        cycle.stampMs = stampMs;
      } else if (cycle.key !== key) {
        if (cycle.mayDouble) doubles.set(key, serial);
        else violate(`sample ${serial} was sent as ${key}, and is ${cycle.key}`);
      }
    }
    const { lane, stream: ownStream, seq } = header;
    const newest = newestLive[agent]!;
    if (lane !== 'live' || (ownStream === newest.stream && seq <= newest.seq)) return;
    newestLive[agent] = { stream: ownStream, seq };
    madeLive[agent]!.push({ stream: ownStream, seq, atMs: scheduler.nowMs() - header.ageMs });
  };
  const onSubmitted = (batch: LiveBatch): void => {
    const { icmp } = batch.body;
    if (!icmp || batch.ageMs >= 90_000) return;
    let stampMs = batch.body.t0;
    for (let place = 0; place < icmp.c.length; place++) {
      stampMs += icmp.d[place]!;
      const serial = serials.get(keyOf(icmp.c[place]!, batch.stream, stampMs));
      if (serial !== undefined) submitted.add(serial);
    }
  };
  const onJudged = (agentId: string, stream: number, seq: number): void => {
    const list = madeLive[agentOf(agentId)]!;
    while (list[0] && (list[0].stream < stream || (list[0].stream === stream && list[0].seq <= seq)))
      list.shift();
  };

  const broker: SimulatedBroker = createBroker({
    scheduler,
    random: random.fork('broker'),
    latencyMs: (agent) => story.agents[agent]!.latencyMs,
    onSent,
  });

  const disks = story.agents.map((_, agent) =>
    createDisk({
      ...{ scheduler, ledger, readBody, isSettledRow },
      random: random.fork(`disk ${agent}`),
      onViolation: violate,
      onDouble: (key, serial) => doubles.set(key, serial),
      onTold: (what) => tell(`agent ${agent}: ${what}`),
    }),
  );
  for (const [agent, { hasConfig }] of story.agents.entries())
    if (hasConfig) disks[agent]!.setConfig(JSON.stringify(configOf(devices, agent)));
  const machines = story.agents.map(({ driftPpm, wallOffsetMs }) =>
    createMachine(scheduler, { driftPpm, wallOffsetMs }),
  );

  // Processes: each is started again by whoever watches it, unless a fault keeps it down.
  const agents: (AgentProcess | undefined)[] = story.agents.map(() => undefined);
  const agentsKept = story.agents.map(() => 0);
  let hub: HubProcess | undefined;
  let hubKept = 0;
  let brokerKept = 0;
  let processes = 0;

  const bootAgent = (agent: number): void => {
    if (agents[agent]?.life.alive || agentsKept[agent]! > 0) return;
    madeLive[agent] = [];
    tell(`agent ${agent} starts`);
    agents[agent] = startAgent(
      {
        ...{ scheduler, agent, broker, ledger, probe },
        machine: machines[agent]!,
        random: random.fork(`agent ${agent}`),
        disk: disks[agent]!,
        onDied: (life) => {
          if (agents[agent]?.life !== life) return;
          tell(`agent ${agent} is gone`);
          broker.agentDied(agent, powerFails.has(agent));
          if (powerFails.delete(agent)) disks[agent]!.losePower();
          scheduler.after(2_000, () => bootAgent(agent));
        },
      },
      ++processes,
    );
  };
  const powerFails = new Set<number>();

  const startBroker = (): void => {
    if (brokerKept > 0 || broker.isUp) return;
    broker.start();
    tell('the broker listens');
    hub?.reconnect();
  };
  const bootHub = (): void => {
    if (hub?.life.alive || hubKept > 0) return;
    tell('the hub starts');
    hub = startHub(
      {
        ...{ plan: story, devices, broker, rows, verdicts, onSubmitted, onJudged },
        machine: hubMachine,
        random: random.fork('hub'),
        onLetter: ({ reason }) => {
          if (!reason.startsWith('row refused')) violate(`a dead letter: ${reason}`);
        },
        onFenced: () => violate('the only hub was fenced off'),
        onServing: () => {
          tell('the hub judges');
          if (story.broker === 'embedded') startBroker();
        },
        onDied: () => {
          tell('the hub is gone');
          if (story.broker === 'embedded') broker.stop(false);
          scheduler.after(1_500, bootHub);
        },
      },
      ++processes,
    );
  };

  const later = (forMs: number, end: () => void): void => void scheduler.after(forMs, end);

  const begin = (fault: Fault): void => {
    tell(`${describe(fault)}`);
    const { forMs } = fault;
    switch (fault.kind) {
      case 'device-down':
        downs[fault.device]!++;
        return later(forMs, () => downs[fault.device]!--);
      case 'no-right':
        noRights[fault.device]!++;
        return later(forMs, () => noRights[fault.device]!--);
      case 'refused':
        refusals[fault.device]!++;
        verdicts.setRefused((id) => refusals[devices.findIndex((device) => device.id === id)]! > 0);
        return later(forMs, () => refusals[fault.device]!--);
      case 'line': {
        const { agent, directions, reset } = fault;
        broker.cut(agent, directions === 'both' ? ['up', 'down'] : [directions], reset);
        return later(forMs, () => broker.mend(agent));
      }
      case 'noise':
        broker.setNoise(fault.noise);
        return later(forMs, () => broker.setNoise(QUIET));
      case 'agent-kill': {
        const { agent, power, calls } = fault;
        agentsKept[agent]!++;
        if (power) powerFails.add(agent);
        if (calls > 0) agents[agent]?.life.dieAfter(calls);
        else agents[agent]?.life.kill();
        return later(forMs, () => {
          agentsKept[agent]!--;
          bootAgent(agent);
        });
      }
      case 'agent-stop':
        agentsKept[fault.agent]!++;
        void agents[fault.agent]?.stop();
        return later(forMs, () => {
          agentsKept[fault.agent]!--;
          bootAgent(fault.agent);
        });
      case 'hub-kill':
        hubKept++;
        if (fault.calls > 0) hub?.life.dieAfter(fault.calls);
        else hub?.life.kill();
        return later(forMs, () => {
          hubKept--;
          bootHub();
        });
      case 'held-healing':
        verdicts.holdHealing();
        return later(forMs, () => {
          hub?.life.kill();
          verdicts.freeHealing();
        });
      case 'hub-stop':
        hubKept++;
        void hub?.stop();
        return later(forMs, () => {
          hubKept--;
          bootHub();
        });
      case 'broker-kill':
        // Inside the hub it goes with it.
        if (story.broker === 'embedded') return begin({ ...fault, kind: 'hub-kill', calls: 0 });
        brokerKept++;
        broker.stop(fault.keepsRetained);
        return later(forMs, () => {
          brokerKept--;
          startBroker();
        });
      case 'rows-kill':
        rows.stop();
        return later(forMs, () => rows.start());
      case 'verdicts-kill':
        verdicts.stop();
        return later(forMs, () => verdicts.start());
      case 'rows-trouble':
        rows.setTrouble(fault.trouble);
        return later(forMs, () => rows.setTrouble(FAIR_ROWS));
      case 'verdicts-trouble':
        verdicts.setTrouble(fault.trouble);
        return later(forMs, () => verdicts.setTrouble(FAIR_VERDICTS));
      case 'poison':
        rows.setPoison((key) => Number(key.slice(key.lastIndexOf('/') + 1)) % fault.oneIn === 0);
        return;
      case 'disk':
        disks[fault.agent]!.setTrouble(fault.trouble);
        return later(forMs, () => disks[fault.agent]!.setTrouble(undefined));
      case 'corrupt':
        return disks[fault.agent]!.corrupt();
      case 'restore': {
        const { agent, backMs } = fault;
        disks[agent]!.backUp();
        return later(backMs, () => {
          tell(`agent ${agent}: its disk is restored`);
          agentsKept[agent]!++;
          agents[agent]?.life.kill();
          disks[agent]!.restore();
          later(forMs, () => {
            agentsKept[agent]!--;
            bootAgent(agent);
          });
        });
      }
      case 'wall-step':
        return (fault.agent === undefined ? hubMachine : machines[fault.agent]!).stepWall(fault.byMs);
    }
  };

  /** Faults that stand in the way of verdicts, with their time; what they leave behind is seen at each look. */
  const ways = story.faults.filter(
    (fault) => !HARMLESS.has(fault.kind) || (fault.kind === 'wall-step' && fault.agent === undefined),
  );
  const obstacles: Span[][] = story.agents.map(() => []);
  const isObstructed = (agent: number, nowMs: number): boolean =>
    !hub?.isServing ||
    !broker.isUp ||
    broker.isCut(agent) ||
    !agents[agent]?.life.alive ||
    verdicts.pending() > 0 ||
    ways.some((fault) => concerns(fault, agent) && nowMs >= fault.atMs && nowMs <= endOf(fault));
  const noteObstacles = (nowMs: number): void => {
    for (const [agent, spans] of obstacles.entries()) {
      if (!isObstructed(agent, nowMs)) continue;
      const last = spans.at(-1);
      if (last && nowMs - last.toMs <= LOOK_MS + 1) last.toMs = nowMs;
      else spans.push({ fromMs: nowMs - LOOK_MS, toMs: nowMs });
    }
  };
  const look = (): void => {
    const nowMs = scheduler.nowMs();
    noteObstacles(nowMs);
    for (const [agent, spans] of obstacles.entries()) {
      const freeMs = (spans.at(-1)?.toMs ?? 0) + FREE_AFTER_MS;
      const oldest = madeLive[agent]!.find(({ atMs }) => atMs >= freeMs);
      if (oldest && nowMs - oldest.atMs > LIVE_WAITS_MS)
        violate(
          `live batch ${oldest.stream}/${oldest.seq} of agent ${agent} is not judged after ${LIVE_WAITS_MS / 1000} s`,
        );
    }
    const waiting = hub?.ingest?.waitingBytes();
    if (waiting && waiting.live > LIVE_BYTES) violate(`${waiting.live} bytes of live rows wait`);
    if (waiting && waiting.history > HISTORY_BYTES_AN_AGENT * story.agents.length)
      violate(`${waiting.history} bytes of history rows wait`);
    scheduler.after(LOOK_MS, look);
  };

  for (let agent = 0; agent < story.agents.length; agent++)
    verdicts.tables.agents.set(agentIdOf(agent), {
      ...{ state: 'pending', stateStream: 0, connection: 0, instance: null, stream: 0, process: '' },
    });

  return {
    ...{
      story,
      scheduler,
      ledger,
      devices,
      disks,
      rows,
      verdicts,
      hubMachine,
      obstacles,
      submitted,
      doubles,
    },
    told,
    play: async () => {
      if (story.broker === 'embedded') broker.stop(false);
      bootHub();
      for (let agent = 0; agent < story.agents.length; agent++)
        scheduler.after(random.between(0, 3_000), () => bootAgent(agent));
      look();
      for (const fault of story.faults) {
        scheduler.at(fault.atMs, () => {
          begin(fault);
          noteObstacles(scheduler.nowMs());
        });
        scheduler.at(endOf(fault), () => noteObstacles(scheduler.nowMs()));
      }
      await scheduler.runUntil(Math.max(0, ...story.faults.map(endOf)) + 1_000);
      rows.setPoison(() => false);
    },
    unsettled: () => {
      const nowMs = scheduler.nowMs();
      if (!hub?.isServing) return 'the hub is not there';
      for (const [agent, process] of agents.entries())
        if (!process?.life.alive) return `agent ${agent} is not there`;
      for (const [agent, disk] of disks.entries()) {
        // Rows may be stored long before, from the ring; what nobody judged is still to be healed.
        if (disk.history() > 0) return `history lies on the disk of agent ${agent}`;
        for (const serial of disk.held.keys()) {
          const cycle = ledger.of(serial);
          const isStored = cycle.key !== undefined && isSettledRow(cycle.key);
          if (!isStored && nowMs - cycle.atMs > 20_000)
            return `sample ${serial} (${cycle.key ?? 'unstamped'}) lies on the disk of agent ${agent}`;
        }
      }
      for (const { id } of devices) {
        const own = verdicts.tables.devices.get(id);
        if (own?.verdict?.health !== 'up') return `${id} is ${own?.verdict?.health ?? 'not judged'}`;
        if (own.incidents.at(-1)?.isOpen) return `the incident of ${id} is open`;
      }
      return undefined;
    },
  };
};

/** They leave the way of live samples to their verdicts alone. */
const HARMLESS: ReadonlySet<Fault['kind']> = new Set([
  'device-down',
  'no-right',
  'refused',
  'held-healing',
  'rows-kill',
  'rows-trouble',
  'poison',
  'wall-step',
]);

const concerns = (fault: Fault, agent: number): boolean =>
  !('agent' in fault) || fault.agent === undefined || fault.agent === agent;

export const endOf = (fault: Fault): number =>
  fault.atMs + fault.forMs + (fault.kind === 'restore' ? fault.backMs : 0);

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;

/** A fault in words. */
export const describe = (fault: Fault): string => {
  const span = `for ${seconds(fault.forMs)}`;
  switch (fault.kind) {
    case 'device-down':
      return `device ${fault.device} does not answer ${span}`;
    case 'no-right':
      return `device ${fault.device} cannot be probed ${span}`;
    case 'line':
      return `the line of agent ${fault.agent} is ${fault.reset ? 'cut' : 'silently dead'} (${fault.directions}) ${span}`;
    case 'noise':
      return `messages are dropped ${fault.noise.drop}, doubled ${fault.noise.twice}, late ${fault.noise.late} by ${fault.noise.lateMs} ms ${span}`;
    case 'agent-kill':
      return `agent ${fault.agent} ${fault.power ? 'loses its power' : 'is killed'} after ${fault.calls} calls, back after ${seconds(fault.forMs)}`;
    case 'agent-stop':
      return `agent ${fault.agent} is stopped, back after ${seconds(fault.forMs)}`;
    case 'hub-kill':
      return `the hub is killed after ${fault.calls} calls, back after ${seconds(fault.forMs)}`;
    case 'held-healing':
      return `healing waits ${span}, and then the hub is killed`;
    case 'hub-stop':
      return `the hub is stopped, back after ${seconds(fault.forMs)}`;
    case 'broker-kill':
      return `the broker is killed${fault.keepsRetained ? '' : ' and forgets what it retained'}, back after ${seconds(fault.forMs)}`;
    case 'rows-kill':
      return `the row store is killed, back after ${seconds(fault.forMs)}`;
    case 'verdicts-kill':
      return `the verdict store is killed, back after ${seconds(fault.forMs)}`;
    case 'rows-trouble':
      return `posts of rows fail ${JSON.stringify(fault.trouble)} ${span}`;
    case 'verdicts-trouble':
      return `transactions fail ${JSON.stringify(fault.trouble)} ${span}`;
    case 'poison':
      return `one row in ${fault.oneIn} is refused from now on`;
    case 'refused':
      return `incidents of device ${fault.device} are refused ${span}`;
    case 'disk':
      return `the disk of agent ${fault.agent} is ${fault.trouble} ${span}`;
    case 'corrupt':
      return `the outbox of agent ${fault.agent} is damaged`;
    case 'restore':
      return `the disk of agent ${fault.agent} is backed up, and restored ${seconds(fault.backMs)} later`;
    case 'wall-step':
      return `the clock of ${fault.agent === undefined ? 'the hub' : `agent ${fault.agent}`} is set by ${seconds(fault.byMs)}`;
  }
};
