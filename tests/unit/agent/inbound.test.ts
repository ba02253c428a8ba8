import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../../agent/package.json' with { type: 'json' };
import { enrolUrl } from '../../../agent/src/enroll.js';
import { parseCpuTimes, parseMemoryPercent } from '../../../agent/src/host-linux.js';
import { readAck, readAnnouncement, readConfig } from '../../../agent/src/inbound.js';
import { instanceOf } from '../../../agent/src/instance.js';
import { createConfigFile, readAgentFile, writeAgentFile } from '../../../agent/src/state-files.js';
import { AGENT_VERSION } from '../../../agent/src/version.js';
import { icmpConfig } from './support/rig.js';

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('what comes in', () => {
  const config = icmpConfig(1, ['10.0.0.1', '::1']);
  const [first] = config.checks;
  it.each([
    { name: 'no JSON', value: '{', reason: /is no JSON/ },
    { name: 'another version', value: { ...config, v: 2 }, reason: /\/v/ },
    { name: 'an unknown field', value: { ...config, extra: 1 }, reason: /additional|extra/i },
    { name: 'a version below 1', value: { ...config, version: 0 }, reason: /\/version/ },
    {
      name: 'a check twice',
      value: { ...config, checks: [first, first] },
      reason: /\/checks\/1\/id 1 is there twice/,
    },
    {
      name: 'an address that is none',
      value: { ...config, checks: [{ ...first, address: 'atm-1.example' }] },
      reason: /\/checks\/0\/address must be an IPv4 or IPv6 address/,
    },
    {
      name: 'too frequent',
      value: { ...config, checks: [{ ...first, intervalMs: 10 }] },
      reason: /\/checks\/0/,
    },
  ])('refuses a configuration with $name, naming the field', ({ value, reason }) => {
    const read = readConfig(bytes(value));
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.reason).toMatch(reason);
  });

  it('takes a configuration, an ack and an announcement that fit', () => {
    expect(readConfig(bytes(config))).toEqual({ ok: true, value: config });
    const ack = {
      run: 'r',
      nowMs: 1,
      live: { stream: 1, judged: 2, stored: 1 },
      history: { stream: 0, stored: 0 },
    };
    expect(readAck(bytes(ack))).toEqual({ ok: true, value: ack });
    expect(readAck(bytes({ ...ack, live: { stream: 1, judged: -1, stored: 1 } })).ok).toBe(false);
    expect(readAnnouncement(bytes({ run: 'r', nowMs: 1 })).ok).toBe(true);
    expect(readAnnouncement(bytes({ run: 'r' })).ok).toBe(false);
  });

  it('refuses what is longer than any hub sends', () => {
    expect(readAck(Buffer.alloc(16 * 1024 * 1024 + 1, ' ')).ok).toBe(false);
  });
});

describe('files of the state directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'siaga-files-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const file = {
    agentId: '00000000-0000-4000-8000-000000000001',
    shard: '0a',
    mqttUrl: 'mqtt://127.0.0.1:1883',
    username: 'u',
    password: 'p',
    ca: null,
  };

  it('keeps the credentials for their owner alone', async () => {
    expect(await readAgentFile(directory)).toBeUndefined();
    await writeAgentFile(directory, file);
    expect(await readAgentFile(directory)).toEqual(file);
    expect((await stat(join(directory, 'agent.json'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    { name: 'no JSON', text: '{', fault: /agent\.json is damaged/ },
    { name: 'another broker', text: JSON.stringify({ ...file, mqttUrl: 'ws://x' }), fault: /\/mqttUrl/ },
    { name: 'no password', text: JSON.stringify({ ...file, password: '' }), fault: /\/password/ },
  ])('refuses credentials with $name, naming the fault', async ({ text, fault }) => {
    await writeFile(join(directory, 'agent.json'), text);
    await expect(readAgentFile(directory)).rejects.toThrow(fault);
  });

  it('reads a damaged configuration as none', async () => {
    const kept = createConfigFile(directory);
    expect(await kept.read()).toBeUndefined();
    await kept.write('{"v":1}');
    expect(await kept.read()).toEqual({ v: 1 });
    await writeFile(join(directory, 'config.json'), '{"v":');
    expect(await kept.read()).toBeUndefined();
    expect(await readFile(join(directory, 'config.json'), 'utf8')).toBe('{"v":');
  });

  it('names a machine’s copies by their directories', async () => {
    const other = await mkdtemp(join(tmpdir(), 'siaga-files-'));
    try {
      expect(await instanceOf(directory)).toBe(await instanceOf(`${directory}/.`));
      expect(await instanceOf(directory)).not.toBe(await instanceOf(other));
    } finally {
      await rm(other, { recursive: true });
    }
  });
});

describe('small things', () => {
  it('is the version of its package', () => {
    expect(AGENT_VERSION).toBe(packageJson.version);
  });

  it.each([
    ['https://siaga.example', 'https://siaga.example/api/v1/monitoring/agents/enrol'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/api/v1/monitoring/agents/enrol'],
    ['https://bank.example/siaga/', 'https://bank.example/siaga/api/v1/monitoring/agents/enrol'],
  ])('enrols at %s', (hub, url) => {
    expect(enrolUrl(hub).href).toBe(url);
  });

  it.each(['siaga.example', '', 'ftp://siaga.example'])('refuses %j as a hub', (hub) => {
    expect(() => enrolUrl(hub)).toThrow(/--hub must/);
  });

  it('reads /proc', () => {
    const stat = 'cpu  100 10 50 800 40 0 0 0 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
    expect(parseCpuTimes(stat)).toEqual({ busy: 160, all: 1_000 });
    expect(parseMemoryPercent('MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n')).toBe(75);
  });
});
