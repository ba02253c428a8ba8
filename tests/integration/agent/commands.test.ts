import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnrolBody } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrollCommand, runCommand } from '../../../agent/src/commands.js';
import { readAgentFile } from '../../../agent/src/state-files.js';

const TOKEN = 'siaga_enrol_0123456789abcdef';
const AGENT_ID = '00000000-0000-4000-8000-0000000000cc';
const meta = { timestamp: '2026-01-15T08:00:00.000Z', request_id: 'r' };
const data = {
  agent_id: AGENT_ID,
  shard: '0f',
  mqtt_url: 'mqtt://127.0.0.1:1883',
  username: 'u',
  password: 'p',
  ca: null,
};

let directory: string;
let server: Server;
let hub: string;
let answer: { status: number; body: unknown };
let asked: { path: string | undefined; body: unknown }[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siaga-enrol-'));
  asked = [];
  answer = { status: 201, body: { success: true, data, meta } };
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      asked.push({ path: request.url, body: JSON.parse(text) });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(directory, { recursive: true, force: true });
});

describe('enroll', () => {
  it('trades the token for credentials that only their owner can read', async () => {
    const dir = join(directory, 'state');
    expect(await enrollCommand(dir, hub, TOKEN)).toBe(AGENT_ID);
    expect(asked[0]?.path).toBe('/api/v1/monitoring/agents/enrol');
    expect(Check(EnrolBody, asked[0]?.body)).toBe(true);
    expect(await readAgentFile(dir)).toEqual({
      agentId: AGENT_ID,
      shard: '0f',
      mqttUrl: 'mqtt://127.0.0.1:1883',
      username: 'u',
      password: 'p',
      ca: null,
    });
    expect((await stat(join(dir, 'agent.json'))).mode & 0o777).toBe(0o600);
  });

  it('does not spend a token on a directory that is enrolled', async () => {
    await enrollCommand(directory, hub, TOKEN);
    await expect(enrollCommand(directory, hub, TOKEN)).rejects.toThrow(/enrolled already as agent/);
    expect(asked.length).toBe(1);
  });

  it.each([
    {
      name: 'the hub refuses',
      status: 401,
      body: { success: false, error: { code: 'TOKEN_EXPIRED', message: 'Token expired' }, meta },
      reason: /the hub refused: Token expired \(TOKEN_EXPIRED\)/,
    },
    { name: 'it is no hub', status: 200, body: '<html>', reason: /no JSON: is this a Siaga hub/ },
    {
      name: 'the answer lacks a field',
      status: 201,
      body: { success: true, data: { ...data, shard: 'zz' }, meta },
      reason: /\/shard/,
    },
  ])('says what is wrong when $name, and writes nothing', async ({ status, body, reason }) => {
    answer = { status, body };
    await expect(enrollCommand(directory, hub, TOKEN)).rejects.toThrow(reason);
    expect(await readAgentFile(directory)).toBeUndefined();
  });

  it('says what is wrong when nobody is there', async () => {
    await expect(enrollCommand(directory, 'http://127.0.0.1:9', TOKEN)).rejects.toThrow(
      /could not be reached/,
    );
  });
});

describe('run', () => {
  it('asks for an enrolment first', async () => {
    await expect(runCommand(directory)).rejects.toThrow(/is not enrolled: run `siaga agent enroll/);
  });
});
