import { hostname } from 'node:os';
import { EnrolledAgent, ErrorBody, type EnrolBody } from '@siaga/shared';
import { Check, Errors } from 'typebox/value';
import { reasonOf } from './log.js';
import type { AgentFile } from './state-files.js';
import { AGENT_VERSION } from './version.js';

const PATIENCE_MS = 30_000;

/** The enrolment route of a hub. @throws Error naming the fault of the URL. */
export const enrolUrl = (hub: string): URL => {
  let url: URL;
  try {
    url = new URL(hub);
  } catch {
    throw new Error(`--hub must be a URL like https://siaga.example, not ${JSON.stringify(hub)}`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`--hub must begin with http:// or https://, not ${url.protocol}//`);
  return new URL(`${url.pathname.replace(/\/+$/, '')}/api/v1/monitoring/agents/enrol`, url);
};

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== '' ? cause.message : reasonOf(error);
};

const ask = async (url: URL, body: EnrolBody): Promise<{ status: number; value: unknown }> => {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new Error(`${url.origin} could not be reached: ${causeOf(error)}`, { cause: error });
  }
  const text = await response.text();
  try {
    return { status: response.status, value: JSON.parse(text) as unknown };
  } catch {
    throw new Error(`${url.href} answered ${response.status} and no JSON: is this a Siaga hub?`);
  }
};

/** Trades a token for the agent's credentials. @throws Error with the hub's own words where it refuses. */
export const enroll = async (hub: string, token: string): Promise<AgentFile> => {
  const { status, value } = await ask(enrolUrl(hub), {
    token,
    hostname: hostname().slice(0, 255),
    version: AGENT_VERSION,
    platform: `${process.platform}-${process.arch}`.slice(0, 64),
  });
  if (Check(ErrorBody, value))
    throw new Error(`the hub refused: ${value.error.message} (${value.error.code})`);
  const data: unknown = (value as { data?: unknown } | null)?.data;
  if (status >= 300 || !Check(EnrolledAgent, data)) {
    const [fault] = Errors(EnrolledAgent, data);
    throw new Error(
      `the hub answered ${status} in a shape this agent does not know: ${fault?.instancePath || '/data'}`,
    );
  }
  return {
    agentId: data.agent_id,
    shard: data.shard,
    mqttUrl: data.mqtt_url,
    username: data.username,
    password: data.password,
    ca: data.ca,
  };
};
