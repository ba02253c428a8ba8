import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AgentConfig } from '@siaga/shared';
import { startBenchHub, type BenchHub } from './agent/hub.js';
import { beFarEndIfAsked, lateAddress, lateGroup, layLateLine } from './agent/late-line.js';
import { countTraffic, enterNamespace, targetAddress } from './agent/namespace.js';
import { cpuMs, rssMb, runFping, startAgentProcess } from './agent/processes.js';
import { medianOf, printFigure } from './figure.js';

/**
 * The agent as it is shipped, against the hub's real broker and ingest, all inside a network namespace: memory, processor
 * time and bytes with 50 devices every 5 s; processor time, missed cycles and the truth of its round trips with 1,000
 * devices each second, fping beside it. `--seconds=N` sets how long each part is measured (60), `--only=few|many` runs one part,
 * `--node-args="--cpu-prof …"` goes to the agents' Node.
 */
const AGENT_IDS = {
  plain: '00000000-0000-4000-8000-000000000001',
  tls: '00000000-0000-4000-8000-000000000002',
  many: '00000000-0000-4000-8000-000000000003',
};
const BUNDLE = join(process.cwd(), 'agent/dist/agent.mjs');
const FEW = 50;
const MANY = 1_000;
const PACKETS_A_CYCLE = 3;
/** Until the hub's time is known (three exchanges over 5 s), the first batches are through and the engine is warm. */
const WARM_UP_MS = 20_000;
/** fping’s own processor time is measured for this long, twice. */
const FPING_S = 7;
/** Round trips are compared for this long on either line. */
const COMPARED_S = 12;
/** Devices behind the late line. */
const LATE = 200;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    'node-args': { type: 'string', default: '' },
  },
  // The runner's own, such as --save.
  strict: false,
});
const seconds = Number(options.seconds);
if (!(seconds >= 5 && seconds <= 3600)) throw new Error('--seconds must be from 5 to 3600');
const nodeArgs = String(options['node-args']).split(' ').filter(Boolean);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const rounded = (value: number, decimals = 2): number => Number(value.toFixed(decimals));
const p95Of = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;

const configOf = (
  version: number,
  count: number,
  intervalMs: number,
  addressOf: (number: number) => string,
): AgentConfig => ({
  v: 1,
  version,
  checks: Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    deviceId: `device-${index + 1}`,
    type: 'icmp',
    address: addressOf(index + 1),
    link: 'fibre',
    intervalMs,
    timeoutMs: 500,
  })),
});

const makeCertificate = (dir: string): { cert: string; key: string } => {
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const about = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...about], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
};

/** 50 devices every 5 s, one agent over MQTT and one over MQTT with TLS, side by side. */
const measureFew = async (dir: string): Promise<void> => {
  const certificate = makeCertificate(dir);
  const hubs: Record<'plain' | 'tls', BenchHub> = {
    plain: await startBenchHub(AGENT_IDS.plain),
    tls: await startBenchHub(AGENT_IDS.tls, certificate),
  };
  const traffic = countTraffic([hubs.plain.port, hubs.tls.port]);
  const parts = await Promise.all(
    (['plain', 'tls'] as const).map(async (transport) => {
      const hub = hubs[transport];
      await hub.configure(configOf(1, FEW, 5_000, targetAddress));
      const agent = startAgentProcess({
        bundle: BUNDLE,
        nodeArgs,
        dir: join(dir, transport),
        agentId: AGENT_IDS[transport],
        mqttUrl: `${transport === 'tls' ? 'mqtts' : 'mqtt'}://127.0.0.1:${hub.port}`,
        ca: transport === 'tls' ? certificate.cert : null,
      });
      return { transport, hub, agent, samples: 0 };
    }),
  );
  await sleep(WARM_UP_MS);
  for (const part of parts) part.hub.hear(() => part.samples++);
  const before = parts.map(({ agent, hub }) => ({ cpu: cpuMs(agent.pid), ...traffic(hub.port) }));
  const rss = parts.map((): number[] => []);
  const beganAtMs = performance.now();
  while (performance.now() - beganAtMs < seconds * 1000) {
    await sleep(1_000);
    parts.forEach(({ agent }, index) => rss[index]?.push(rssMb(agent.pid)));
  }
  const tookMs = performance.now() - beganAtMs;
  const after = parts.map(({ agent, hub }) => ({ cpu: cpuMs(agent.pid), ...traffic(hub.port) }));
  for (const [index, { transport, samples, agent, hub }] of parts.entries()) {
    const [begin, end] = [before[index]!, after[index]!];
    const about = { devices: FEW, intervalS: 5, transport, seconds };
    printFigure({
      name: 'agent.rss',
      ...about,
      value: rounded(Math.max(...(rss[index] ?? [])), 1),
      unit: 'MB',
      bar: '<= 64',
    });
    printFigure({
      name: 'agent.cpu',
      ...about,
      value: rounded(((end.cpu - begin.cpu) / tookMs) * 100),
      unit: '% of a core',
      bar: '<= 1',
    });
    printFigure({
      name: 'agent.wire',
      ...about,
      value: rounded((end.bytes - begin.bytes) / samples),
      unit: 'bytes/sample, IP packets of both directions',
      bar: '<= 16',
      samples,
      bytes: end.bytes - begin.bytes,
      packets: end.packets - begin.packets,
    });
    await agent.stop();
    await hub.stop();
  }
};

/** Cycles that should be there between two of a check and are not. */
const missedBetween = (stamps: readonly number[], intervalMs: number): number =>
  stamps
    .slice(1)
    .reduce((sum, ms, index) => sum + Math.max(0, Math.round((ms - stamps[index]!) / intervalMs) - 1), 0);

const pushTo = (map: Map<string, number[]>, key: string, values: readonly number[]): void => {
  const seen = map.get(key);
  if (seen) seen.push(...values);
  else map.set(key, [...values]);
};

/**
 * Both at once over the same targets: the p95 over groups of how far the medians of their round trips are apart.
 * `groupOf` names the targets that are equally far.
 */
const compareRoundTrips = async (
  hub: BenchHub,
  config: AgentConfig,
  line: 'loopback' | 'late',
  groupOf: (address: string) => string,
): Promise<void> => {
  const addresses = new Map(
    config.checks.map((check) => [check.id, check.type === 'icmp' ? check.address : '']),
  );
  const ours = new Map<string, number[]>();
  const theirs = new Map<string, number[]>();
  await hub.configure(config);
  await sleep(1_000);
  hub.hear((check, _atMs, { min, avg, max }, lost) => {
    const address = addresses.get(check);
    if (lost > 0 || address === undefined) return;
    // Of three, the middle one is what the least and the most leave of the sum: comparable with fping's single packets.
    pushTo(ours, groupOf(address), [3 * avg - min - max]);
  });
  const fping = await runFping([...addresses.values()], COMPARED_S, 1_000);
  // A new configuration closes the open batch.
  await hub.configure({ v: 1, version: config.version + 1, checks: [] });
  await sleep(2_000);
  for (const [address, rttsUs] of fping.rttUs) pushTo(theirs, groupOf(address), rttsUs);
  const pairs = [...theirs].flatMap(([group, rttsUs]) => {
    const same = ours.get(group);
    return same && rttsUs.length > 0 ? [{ ours: medianOf(same), theirs: medianOf(rttsUs) }] : [];
  });
  if (pairs.length < theirs.size * 0.99)
    throw new Error(`only ${pairs.length} of ${theirs.size} groups of targets were told by both`);
  printFigure({
    name: 'agent.rtt',
    line,
    devices: addresses.size,
    seconds: COMPARED_S,
    value: rounded(p95Of(pairs.map((pair) => Math.abs(pair.ours - pair.theirs))) / 1000, 4),
    unit: 'ms, p95 over targets equally far of |median - fping’s median|, both at once',
    bar: '<= 0.1',
    groups: pairs.length,
    median: rounded(medianOf(pairs.map((pair) => pair.ours)) / 1000, 4),
    fpingMedian: rounded(medianOf(pairs.map((pair) => pair.theirs)) / 1000, 4),
    medianDifference: rounded(medianOf(pairs.map((pair) => pair.ours - pair.theirs)) / 1000, 4),
  });
};

/** 1,000 devices each second, with fping's processor time before and after, then both at once for the round trips. */
const measureMany = async (dir: string): Promise<void> => {
  const addresses = Array.from({ length: MANY }, (_, index) => targetAddress(index + 1));
  const fpingAlone = () =>
    runFping(addresses, PACKETS_A_CYCLE * FPING_S, 1_000 / PACKETS_A_CYCLE).then(
      (result) => result.cpuPercent,
    );
  const hub = await startBenchHub(AGENT_IDS.many);
  await hub.configure(configOf(1, MANY, 1_000, targetAddress));
  const fpingBefore = await fpingAlone();
  const agent = startAgentProcess({
    bundle: BUNDLE,
    nodeArgs,
    dir: join(dir, 'many'),
    agentId: AGENT_IDS.many,
    mqttUrl: `mqtt://127.0.0.1:${hub.port}`,
    ca: null,
  });
  await sleep(WARM_UP_MS);

  const stamps = new Map<number, number[]>();
  let lostPackets = 0;
  hub.hear((check, atMs, _rttUs, lost) => {
    const seen = stamps.get(check);
    if (seen) seen.push(atMs);
    else stamps.set(check, [atMs]);
    lostPackets += lost;
  });
  const cpuBefore = cpuMs(agent.pid);
  const beganAtMs = performance.now();
  await sleep(seconds * 1000);
  const cpuPercent = ((cpuMs(agent.pid) - cpuBefore) / (performance.now() - beganAtMs)) * 100;
  const rss = rssMb(agent.pid);
  hub.hear(() => undefined);
  const cycles = [...stamps.values()].reduce((sum, ofCheck) => sum + ofCheck.length, 0);
  const gaps = [...stamps.values()].reduce((sum, ofCheck) => sum + missedBetween(ofCheck, 1_000), 0);

  await compareRoundTrips(hub, configOf(2, MANY, 1_000, targetAddress), 'loopback', (address) => address);
  const removeLine = await layLateLine();
  await compareRoundTrips(hub, configOf(4, LATE, 1_000, lateAddress), 'late', lateGroup);
  await removeLine();
  const { missedCycles } = await agent.stop();
  const fpingAfter = await fpingAlone();
  await hub.stop();

  const about = { devices: MANY, intervalS: 1, seconds };
  printFigure({
    name: 'agent.cpu',
    ...about,
    value: rounded(cpuPercent),
    unit: '% of a core',
    bar: '<= 15',
    fping: rounded((fpingBefore + fpingAfter) / 2),
  });
  printFigure({ name: 'agent.rss', ...about, value: rounded(rss, 1), unit: 'MB' });
  printFigure({
    name: 'agent.missed',
    ...about,
    value: gaps + (MANY - stamps.size) * seconds,
    unit: 'cycles that the hub has no sample of',
    bar: '<= 0',
    cycles,
    // Since its start, the warming up and the comparisons included.
    toldByAgent: missedCycles,
    lostPackets,
  });
};

await beFarEndIfAsked();
enterNamespace();
const dir = mkdtempSync(join(tmpdir(), 'siaga-bench-'));
try {
  if (options.only !== 'many') await measureFew(dir);
  if (options.only !== 'few') await measureMany(dir);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
