import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createQuestDb } from '../../hub/src/platform/questdb/questdb.js';
import { signIn } from '../support/hub-process.js';
import { startLoadedHub } from '../support/load/loaded-hub.js';
import { startLoad } from '../support/load/start-load.js';
import { medianOf, printFigure } from './figure.js';
import { optionsOf } from './options.js';

/**
 * Samples a second that go the whole road: agents' code (outbox in memory) → MQTT, QoS 1 → broker → rows committed in
 * QuestDB and verdicts of every sample, acknowledged; the load, the hub and both stores on the same processors. The rate
 * is raised step by step; a step counts where all that was poured in was judged live and stored as fast as it came.
 * Options: --seconds (60), --rates (a list), --batch (100 samples a message), --profile DIR (.cpuprofile of hub and load).
 */
const { seconds, rates, batch, profile } = optionsOf({
  seconds: 60,
  rates: '200000,250000,300000,350000',
  batch: 100,
  profile: '',
});
const AGENTS = 200;
const DEVICES = 50;
const WARM_S = 15;

interface Look {
  atMs: number;
  stored: number;
  judged: number;
  live: number;
  history: number;
  heapBytes: number;
  externalBytes: number;
  cpuMs: number;
  rssBytes: number;
}

const CLOCK_TICKS_A_SECOND = 100;
const processOf = async (pid: number): Promise<{ cpuMs: number; rssBytes: number }> => {
  const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs: ((Number(stat[11]) + Number(stat[12])) * 1000) / CLOCK_TICKS_A_SECOND,
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024,
  };
};

const sumOf = (text: string, metric: string, label = ''): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(metric) && line.includes(label) && !line.startsWith('#'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

const profiled = (name: string): string[] =>
  profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}/${name}`];

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const measure = async (rate: number): Promise<boolean> => {
  const world = await startLoadedHub(
    { agents: AGENTS, devicesPerAgent: DEVICES, intervalS: 5 },
    { SIAGA_LOG_LEVEL: 'warn' },
    profiled('hub'),
  );
  const { token } = await signIn(world.hub.url);
  const { questDb, questDbPid, postgresPid } = await world.stores();
  const store = createQuestDb(questDb);
  const hubPid = world.hub.child.pid!;
  const load = await startLoad({
    fleet: world.fleet,
    mqttUrl: world.mqttUrl,
    directory: join(world.directory, 'load'),
    store: 'memory',
    ledger: false,
    tickMs: 10,
    pump: { samplesPerS: rate / AGENTS, batchSamples: batch },
    nodeArgs: profiled('load'),
  });
  const look = async (): Promise<Look> => {
    const answer = await fetch(`${world.hub.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    return {
      atMs: performance.now(),
      stored: sumOf(text, 'siaga_telemetry_rows_stored_total'),
      judged: sumOf(text, 'siaga_detection_outcomes_total', '"judged"'),
      live: sumOf(text, 'siaga_telemetry_rows_total', '"live"'),
      history: sumOf(text, 'siaga_telemetry_rows_total', '"history"'),
      heapBytes: sumOf(text, 'nodejs_heap_size_total_bytes'),
      externalBytes: sumOf(text, 'nodejs_external_memory_bytes'),
      ...(await processOf(hubPid)),
    };
  };
  try {
    for (let waited = 0; (await look()).judged === 0; waited++) {
      if (waited > 60) throw new Error('no sample was judged within a minute');
      await sleep(1_000);
    }
    await sleep(WARM_S * 1000);
    const before = { load: await load.command({ do: 'figures' }), questDb: await processOf(questDbPid) };
    const looks = [await look()];
    const every = Math.max(1, Math.round(seconds / 12));
    for (let second = 0; second < seconds; second += every) {
      await sleep(every * 1000);
      looks.push(await look());
    }
    const after = { load: await load.command({ do: 'figures' }), questDb: await processOf(questDbPid) };
    const [first, last] = [looks[0]!, looks.at(-1)!];
    const tookS = (last.atMs - first.atMs) / 1000;
    const perS = (from: number, to: number) => Math.round((to - from) / tookS);
    const percent = (from: number, to: number) => Math.round((to - from) / tookS / 10);
    const produced = perS(before.load.produced, after.load.produced);
    const durable = Math.min(perS(first.stored, last.stored), perS(first.judged, last.judged));
    const rss = looks.map(({ rssBytes }) => rssBytes);
    const half = Math.floor(rss.length / 2);
    const kept = durable >= produced * 0.98 && last.history === first.history;
    printFigure({
      name: 'ingest.durable',
      asked: rate,
      batchSamples: batch,
      value: durable,
      unit: 'samples/s',
      bar: '>= 200000',
      produced,
      keptUp: String(kept),
      storedPerS: perS(first.stored, last.stored),
      judgedPerS: perS(first.judged, last.judged),
      seconds: Math.round(tookS),
      hubCorePercent: percent(first.cpuMs, last.cpuMs),
      loadCorePercent: percent(before.load.cpuMs, after.load.cpuMs),
      questDbCorePercent: percent(before.questDb.cpuMs, after.questDb.cpuMs),
      bytesPerSample: Math.round(((after.load.bytes - before.load.bytes) / (produced * tookS)) * 10) / 10,
    });
    printFigure({
      name: 'ingest.hub-rss',
      asked: rate,
      value: Math.round(Math.max(...rss) / 1e6),
      unit: 'MB',
      bar: '<= 400',
      firstHalfMedian: Math.round(medianOf(rss.slice(0, half)) / 1e6),
      lastHalfMedian: Math.round(medianOf(rss.slice(half)) / 1e6),
      heapMB: Math.round(Math.max(...looks.map(({ heapBytes }) => heapBytes)) / 1e6),
      externalMB: Math.round(Math.max(...looks.map(({ externalBytes }) => externalBytes)) / 1e6),
    });
    // What was poured in is in the store, once each, when the load has ended and all is acknowledged.
    const poured = (await load.stop()).produced;
    await sleep(5_000);
    const counted = async () => Number((await store.exec<[number]>('select count() from icmp')).rows[0]![0]);
    let rows = await counted();
    for (let again = 0; again < 30; again++) {
      await sleep(1_000);
      const next = await counted();
      if (next === rows && again > 2) break;
      rows = next;
    }
    printFigure({ name: 'ingest.rows', asked: rate, value: rows, unit: 'rows', produced: poured });
    return kept && postgresPid > 0;
  } finally {
    await load.kill();
    await store.stop();
    await world.stop();
  }
};

for (const rate of rates.split(',').map(Number)) if (!(await measure(rate))) break;
