import { startWebFixture } from '../../e2e/web-fixture.js';
import { big, liveDevice, scriptOf, snapshotOf } from '../../e2e/web-world.js';

/** Changes within this time go out together, as the hub's feed sends them. */
const COALESCE_MS = 50;
/** How long a device stays down: so many seconds' changes are down at any time. */
const DOWN_S = 2;

/** The built page in front of a scripted feed: what the browser alone makes of so many changes a second. */
export interface ScriptedBoard {
  url: string;
  begin(): void;
  /** Epoch ms at which a device's last event went out. */
  sentAt: ReadonlyMap<string, number>;
  readonly sent: number;
  stop(): Promise<void>;
}

export const startScripted = async (about: {
  devices: number;
  sites: number;
  rate: number;
}): Promise<ScriptedBoard> => {
  const world = big(about.devices, about.sites);
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
  const sentAt = new Map<string, number>();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    url: fixture.url,
    sentAt,
    get sent() {
      return sent;
    },
    begin: () => {
      const beganMs = performance.now();
      let done = 0;
      timer = setInterval(() => {
        const due = ((performance.now() - beganMs) / 1000) * about.rate;
        for (; done < due; done += 1) {
          // One goes down, and one returns that went down DOWN_S ago. A step that shares no factor with the count:
          // every device has its turn, neighbours do not change together.
          const turn = (done >> 1) - (done % 2) * ((about.rate >> 1) * DOWN_S);
          const one = turn < 0 ? undefined : world.devices[(turn * 7919) % world.devices.length];
          if (!one) continue;
          one.health = done % 2 === 0 ? 'down' : 'up';
          one.since = new Date().toISOString();
          fixture.push({ name: 'device', data: liveDevice(one) });
          sentAt.set(one.id, performance.timeOrigin + performance.now());
          sent += 1;
        }
      }, COALESCE_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await fixture.stop();
    },
  };
};
