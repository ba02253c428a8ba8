import { OUTCOME } from '@siaga/shared';
import type { Agent, AgentDeps } from '../../../agent/src/agent.js';
import { createBatcher } from '../../../agent/src/batcher.js';
import { every } from '../../../agent/src/clock.js';
import { createConversation } from '../../../agent/src/conversation.js';
import { createHistory } from '../../../agent/src/history.js';
import { createIntake } from '../../../agent/src/intake.js';
import { createLive } from '../../../agent/src/live.js';
import { createOutbox } from '../../../agent/src/outbox.js';
import { createAgentTime } from '../../../agent/src/time.js';
import type { LoadAgent } from './fleet.js';
import { avgUsOf, maxUsOf, minUsOf, numberOf } from './numbers.js';

const PUMP_MS = 50;
/** A process that was held up makes up for so much of it. */
const MAX_CATCH_UP_MS = 1_000;
const TICK_MS = 1_000;
/** A sample was on its way for so long: as scripted devices answer. */
const RTT_MS = 5;

/** How fast samples are poured in. */
export interface PumpRate {
  /** Of one agent. */
  samplesPerS: number;
  /** A batch is closed with so many; its devices are gone through in rounds. */
  batchSamples: number;
}

/**
 * An agent from its intake on: outbox, both lanes, stamps and the talk with the hub are the program's own, composed as
 * agent.ts does, but nothing is probed. A check may be asked once a second at most, so that 300,000 samples a second
 * would need 300,000 devices: here a device of an ordinary fleet simply has more to tell.
 */
export const createPumpAgent = (
  deps: Omit<AgentDeps, 'prober' | 'hostReader'>,
  about: LoadAgent,
  rate: PumpRate,
  onProduced: (samples: number) => void,
): Agent => {
  const { clock, log } = deps;
  let cancels: (() => void)[] = [];
  let config = 0;
  let owed = 0;
  let pouredMs = 0;
  let cycle = 0;
  let place = 0;
  let inBatch = 0;
  const outbox = createOutbox({
    store: deps.store,
    streamFile: deps.streamFile,
    log,
    onRenewed: () => undefined,
  });
  let ended = (): Promise<void> => Promise.resolve();

  return {
    start: async () => {
      await outbox.open(deps.process);
      const time = createAgentTime(clock, 0);
      const conversation = createConversation({
        clock,
        network: deps.network,
        random: deps.random,
        identity: deps.identity,
        process: deps.process,
        stream: () => outbox.stream,
        configVersion: () => config,
        about: () => ({ instance: deps.instance, version: deps.version, probe: 'raw' }),
        time,
        log,
        onForgotten: () => {
          live.forget();
          history.forget();
        },
        onSynced: () => void intake.adopt(),
        onAck: (ack) => {
          live.ack(ack.live);
          history.ack(ack.history);
        },
        onConfig: ({ version }) => {
          config = version;
          intake.useConfig(version);
        },
        onRefused: (next) => log.error('the stream was refused', { next }),
      });
      const { sender } = conversation;
      const live = createLive({ clock, outbox, sender, log, onMoved: () => history.pump() });
      const flowing = () => live.flowing;
      const history = createHistory({ clock, outbox, sender, flowing, nowMs: () => time.nowMs() });
      const intake = createIntake({ clock, time, batcher: createBatcher(time), outbox, live, log });
      const pour = (): void => {
        // Nothing is held back while the line is away: what comes then is a fault of the run, and told by its figures.
        if (!time.synced || config === 0) return;
        const nowMs = clock.monotonicMs();
        owed += (rate.samplesPerS * Math.min(MAX_CATCH_UP_MS, nowMs - pouredMs)) / 1_000;
        pouredMs = nowMs;
        const sentMs = nowMs - RTT_MS;
        const count = Math.floor(owed);
        owed -= count;
        for (let made = 0; made < count; made++) {
          const number = numberOf(1, ++cycle % 1_000_000);
          const device = about.devices[place]!;
          place = (place + 1) % about.devices.length;
          // A device's samples of one pour lie 2 ms apart: a stamp and a check make one row.
          const round = Math.floor((count - made) / about.devices.length);
          intake.icmp(
            device.checkId,
            sentMs - 2 * round,
            OUTCOME.ok,
            minUsOf(number),
            avgUsOf(number),
            maxUsOf(number),
            0,
          );
          if (++inBatch < rate.batchSamples) continue;
          inBatch = 0;
          intake.flushSoon();
        }
        onProduced(count);
      };
      intake.start();
      cancels = [
        every(clock, PUMP_MS, pour),
        every(clock, TICK_MS, () => {
          live.tick();
          history.tick();
        }),
      ];
      conversation.start();
      ended = async () => {
        history.stop();
        await intake.stop();
        await conversation.stop();
        await outbox.close();
      };
    },
    stop: async () => {
      for (const cancel of cancels) cancel();
      await ended();
    },
  };
};
