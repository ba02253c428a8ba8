import { loadavg } from 'node:os';
import type { TicketSummary } from '@siaga/shared';
import { connectToPostgres, LINKS, type BankDevice } from './bank.js';
import { openFeed } from './feed.js';
import { percentileOf, printFigure } from './figure.js';
import { inLab, say, sleep, until } from './lab-run.js';
import { optionsOf } from './options.js';
import { descendantsOf, usageOf } from './usage.js';

/**
 * From the fault to its incident: 10,000 devices pinged for real at the default settings by real agents, a real hub on
 * embedded stores, all on this machine. Single addresses go dark at chance moments; measured from the moment before
 * the packet filter is told, until the incident is seen in PostgreSQL (polled, so up to POLL_MS late) and until its
 * event has arrived on an open live feed. Each dropped device must have exactly one incident, and no other may have one.
 */
const { devices, agents, seconds, rate, seed } = optionsOf({
  devices: 10_000,
  agents: 20,
  /** How long faults are made for. */
  seconds: 150,
  /** Faults a second, on the average. */
  rate: 4,
  seed: Math.floor(Math.random() * 1e9),
});
const DARK_MS = 20_000;
const POLL_MS = 25;
/** After the last fault: the slowest verdict, the return, and the resolve. */
const SETTLE_MS = 90_000;

interface Fault {
  device: BankDevice;
  droppedMs: number;
  /** Epoch ms of the same moment. */
  droppedAtMs: number;
  committedMs?: number;
  fedMs?: number;
  /** Epoch ms: deciding cycles' sending, judged by the hub. */
  cyclesAtMs?: number[];
  detectedAtMs?: number;
}

let state = seed || 1;
/** 0 ≤ x < 1, from the seed. */
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const shuffled = <T>(values: readonly T[]): T[] => {
  const result = [...values];
  for (let place = result.length - 1; place > 0; place--) {
    const other = Math.floor(random() * (place + 1));
    [result[place], result[other]] = [result[other]!, result[place]!];
  }
  return result;
};

await inLab({ devices, agents }, async ({ dataDir, bank, agents: agentProcesses, hub, api }) => {
  const faults = new Map<string, Fault>();
  const strangers = new Set<string>();
  const feed = await openFeed(hub().url, api().token, (name, data, atMs) => {
    if (name !== 'incident') return;
    const ticket = JSON.parse(data) as TicketSummary;
    const fault = faults.get(ticket.device_id ?? '');
    if (fault) fault.fedMs ??= atMs;
    else strangers.add(ticket.device_id ?? ticket.id);
  });

  const postgres = await connectToPostgres(dataDir);
  let polls = true;
  const poll = async (): Promise<void> => {
    for (; polls; await sleep(POLL_MS)) {
      const { rows } = await postgres.query<{ subject_id: string }>(
        `select subject_id from incident_details where is_open`,
      );
      const nowMs = performance.now();
      for (const { subject_id: id } of rows) {
        const fault = faults.get(id);
        if (fault) fault.committedMs ??= nowMs;
        else strangers.add(id);
      }
    }
  };
  const polling = poll();

  const hubPid = hub().child.pid!;
  const groups = {
    hub: [hubPid],
    stores: descendantsOf(hubPid),
    agents: agentProcesses.map(({ pid }) => pid!),
  };
  const before = Object.values(groups).map(usageOf);
  const beganMs = performance.now();

  say(`faults for ${seconds} s, seed ${seed}`);
  const order = shuffled(bank.devices);
  const restores: Promise<void>[] = [];
  const mistakes: unknown[] = [];
  let nextMs = beganMs;
  for (const device of order) {
    nextMs += (-Math.log(1 - random()) * 1000) / rate;
    if (nextMs > beganMs + seconds * 1000) break;
    await sleep(Math.max(0, nextMs - performance.now()));
    faults.set(device.id, { device, droppedMs: performance.now(), droppedAtMs: Date.now() });
    const dark = async (): Promise<void> => {
      await device.branch.drop(device.address);
      await sleep(DARK_MS);
      await device.branch.restore(device.address);
    };
    restores.push(dark().catch((error: unknown) => void mistakes.push(error)));
  }
  const tookS = (performance.now() - beganMs) / 1000;
  const after = Object.values(groups).map(usageOf);
  const load = loadavg()[0]!;

  say(`${faults.size} faults made; waiting until all is well again`);
  await Promise.all(restores);
  if (mistakes.length > 0) throw new AggregateError(mistakes, 'a fault could not be made or undone');
  const noneOpen = async () =>
    (await postgres.query('select from incident_details where is_open')).rowCount === 0;
  await until('all incidents to be resolved', noneOpen, SETTLE_MS).catch((error: unknown) =>
    say(String(error)),
  );
  say('measured');
  polls = false;
  await polling;
  feed.close();
  await feed.ended;

  const { rows } = await postgres.query<Recorded>(
    `select subject_id as id, count(*)::integer as count, sum(occurrences)::integer as occurrences,
        bool_or(is_open) as open, min(detected_at) as "detectedAt",
        jsonb_path_query_array(jsonb_agg(evidence), '$[0].cycles[*].at') as "cyclesAt"
      from incident_details group by subject_id`,
  );
  await postgres.end();
  const recorded = new Map(rows.map((row) => [row.id, row]));
  for (const [id, { detectedAt, cyclesAt }] of recorded) {
    const fault = faults.get(id);
    if (!fault) strangers.add(id);
    else Object.assign(fault, { detectedAtMs: detectedAt.getTime(), cyclesAtMs: cyclesAt.map(Date.parse) });
  }
  const wrong = [...faults.values()].filter(({ device, committedMs, fedMs }) => {
    const record = recorded.get(device.id);
    const isOne = record?.count === 1 && record.occurrences === 1 && !record.open;
    return !isOne || committedMs === undefined || fedMs === undefined;
  });

  const all = [...faults.values()].filter((fault) => !wrong.includes(fault));
  const tell = (link: string, of: readonly Fault[], bars: { p50?: string; p99?: string }): void => {
    for (const [where, arrivalMs] of [
      ['postgres', (fault: Fault) => fault.committedMs!],
      ['feed', (fault: Fault) => fault.fedMs!],
    ] as const) {
      const delays = of.map((fault) => (arrivalMs(fault) - fault.droppedMs) / 1000);
      for (const [name, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
        ['max', 1],
      ] as const) {
        const bar = name === 'max' ? undefined : bars[name];
        const value = Number(percentileOf(delays, share).toFixed(2));
        const shown = {
          name: `incident.fault-to-${where}.${name}`,
          link,
          faults: of.length,
          value,
          unit: 's',
        };
        printFigure({ ...shown, ...(bar !== undefined && { bar }) });
      }
    }
    // Where the seconds go: until the first failed cycle was sent, the third, its verdict, and its commit.
    const stage = (of: (fault: Fault) => number): number =>
      Number(
        (
          percentileOf(all.filter(({ device }) => link === 'all' || device.link === link).map(of), 0.5) / 1000
        ).toFixed(3),
      );
    printFigure({
      name: 'incident.stages.p50',
      link,
      value: stage((fault) => fault.detectedAtMs! - fault.droppedAtMs),
      unit: 's until judged',
      firstCycleS: stage((fault) => fault.cyclesAtMs![0]! - fault.droppedAtMs),
      thirdCycleS: stage((fault) => fault.cyclesAtMs![2]! - fault.cyclesAtMs![0]!),
      judgedS: stage((fault) => fault.detectedAtMs! - fault.cyclesAtMs![2]!),
      committedS: stage(
        (fault) => fault.committedMs! - fault.droppedMs - (fault.detectedAtMs! - fault.droppedAtMs),
      ),
      feedAfterCommitS: stage((fault) => fault.fedMs! - fault.committedMs!),
    });
  };
  for (const link of LINKS)
    tell(
      link,
      all.filter(({ device }) => device.link === link),
      link === 'vsat' ? { p99: '<= 14' } : { p50: '<= 6', p99: '<= 10' },
    );
  tell('all', all, { p50: '<= 6' });
  // Of the whole machine in the last minute: seconds tell little where others work on it as well.
  printFigure({ name: 'incident.load', value: Number(load.toFixed(1)), unit: 'runnable processes' });
  Object.keys(groups).forEach((name, place) => {
    const cpuS = after[place]!.cpuS - before[place]!.cpuS;
    printFigure({
      name: `incident.${name}`,
      processes: Object.values(groups)[place]!.length,
      value: Number(((100 * cpuS) / tookS).toFixed(1)),
      unit: '% of a core',
      rssMb: Math.round(after[place]!.rssMb),
    });
  });
  printFigure({ name: 'incident.missing-or-doubled', value: wrong.length, unit: 'faults', bar: '= 0', seed });
  printFigure({ name: 'incident.without-fault', value: strangers.size, unit: 'devices', bar: '= 0', seed });
  for (const { device } of wrong.slice(0, 10))
    say(
      `wrong: ${device.address} (${device.link}) ${JSON.stringify(recorded.get(device.id) ?? 'no incident')}`,
    );
  for (const id of [...strangers].slice(0, 10)) say(`an incident without a fault: ${id}`);
  if (wrong.length > 0 || strangers.size > 0) process.exitCode = 1;
});

/** All incidents of one device. */
interface Recorded {
  id: string;
  count: number;
  occurrences: number;
  open: boolean;
  detectedAt: Date;
  cyclesAt: string[];
}
