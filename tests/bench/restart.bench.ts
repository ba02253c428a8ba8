import { loadavg } from 'node:os';
import { connectToPostgres } from './bank.js';
import { printFigure } from './figure.js';
import { inLab, say, until, type Lab } from './lab-run.js';
import { optionsOf } from './options.js';
import { descendantsOf, usageOf } from './usage.js';

/**
 * How soon a hub judges again: 10,000 devices at the default settings, real agents that go on, a real hub on embedded
 * stores. Just before the hub ends, one device of each agent goes dark; measured from the start of the new process until
 * it is ready, and until the first and the last of those faults is judged, which needs its agent to be back. Each way of ending comes `rounds` times, in turn.
 */
const { devices, agents, rounds } = optionsOf({ devices: 10_000, agents: 20, rounds: 2 });

const WAYS = [
  /** kill -9 of the hub's process group; its stores live on and are ended by the next start. */
  'kill',
  /** kill -9 of hub and stores: a machine that lost its power, but for what the disks hold back. */
  'kill-all',
  /** SIGTERM, waited for. */
  'stop',
] as const;
type Way = (typeof WAYS)[number];

const seconds = (ms: number): number => Number((ms / 1000).toFixed(2));

/** Ends the hub; answers how long that took, ms. */
const end = async ({ hub }: Lab, way: Way): Promise<number> => {
  const beganMs = performance.now();
  const stores = descendantsOf(hub().child.pid!);
  await hub().end(way === 'stop' ? 'SIGTERM' : 'SIGKILL');
  if (way === 'kill-all')
    for (const pid of stores) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another of them.
      }
    }
  return performance.now() - beganMs;
};

const restart = async (lab: Lab, way: Way, round: number): Promise<void> => {
  // Fibre: on VSAT alone a fault takes up to thirteen seconds to be one.
  const dark = lab.bank.devices
    .filter(({ link }) => link === 'fibre')
    .slice(round * agents, (round + 1) * agents);
  const droppedAtMs = Date.now();
  await Promise.all(dark.map(({ branch, address }) => branch.drop(address)));
  const tookMs = await end(lab, way);
  say(`${way}: the hub is gone after ${seconds(tookMs)} s`);

  const load = Number(loadavg()[0]!.toFixed(1));
  const beganMs = performance.now();
  const beganAtMs = Date.now();
  const hub = await lab.startAgain();
  const readyMs = performance.now() - beganMs;
  // What the start cost, which tells more than its duration where others work on the same machine.
  const hubCpuS = Number(usageOf([hub.child.pid!]).cpuS.toFixed(2));
  const storesCpuS = Number(usageOf(descendantsOf(hub.child.pid!)).cpuS.toFixed(2));
  const postgres = await connectToPostgres(lab.dataDir);
  const ids = dark.map(({ id }) => id);
  const opened = async (): Promise<number[]> => {
    const { rows } = await postgres.query<{ detected_at: Date }>(
      'select detected_at from incident_details where is_open and subject_id = any($1)',
      [ids],
    );
    return rows.map((row) => row.detected_at.getTime() - beganAtMs);
  };
  await until('all faults to be judged', async () => (await opened()).length === agents, 60_000, 200);
  const judgedMs = await opened();

  for (const [name, ms, bar] of [
    ['ready', readyMs, undefined],
    ['first-judged', Math.min(...judgedMs), undefined],
    ['all-agents-judged', Math.max(...judgedMs), '<= 10'],
  ] as const)
    printFigure({
      name: `restart.${name}`,
      way,
      devices,
      value: seconds(ms),
      unit: 's',
      ...(bar && { bar }),
    });
  printFigure({
    name: 'restart.start',
    way,
    value: hubCpuS,
    unit: 'CPU s of the hub',
    storesCpuS,
    loadBefore: load,
  });
  if (way === 'stop')
    printFigure({ name: 'restart.stopping', way, devices, value: seconds(tookMs), unit: 's' });
  for (const line of hub.output().split('\n')) if (/^ *\d+\.\d s /.test(line)) say(`  hub: ${line.trim()}`);

  await Promise.all(dark.map(({ branch, address }) => branch.restore(address)));
  await until('all faults to be resolved', async () => (await opened()).length === 0, 120_000);
  const { rows } = await postgres.query<{ id: string }>(
    'select distinct subject_id as id from incident_details where detected_at >= $1',
    [new Date(droppedAtMs)],
  );
  await postgres.end();
  const strangers = rows.filter(({ id }) => !ids.includes(id)).length;
  printFigure({ name: 'restart.without-fault', way, value: strangers, unit: 'devices', bar: '= 0' });
  if (strangers > 0) process.exitCode = 1;
};

await inLab({ devices, agents }, async (lab) => {
  for (let round = 0; round < rounds; round++)
    for (const [place, way] of WAYS.entries()) await restart(lab, way, round * WAYS.length + place);
});
