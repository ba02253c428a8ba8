import { timingSafeEqual } from 'node:crypto';
import type { EnrolBody, EnrolledAgent, EnrolmentToken } from '@siaga/shared';
import type { Logger } from 'pino';
import { DomainError } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Secrets } from '../platform/secrets.js';
import { directoryAgent } from './agents-service.js';
import {
  enrolmentAgent,
  findAgent,
  insertEnrolment,
  lockAgents,
  raiseConfigVersions,
  takeEnrolment,
  updateAgent,
  voidEnrolments,
} from './agents-repository.js';
import { randomToken, type Credentials } from './credentials.js';
import type { WritableDirectory } from './directory.js';
import { createFaults, notFound, refuseControls } from './faults.js';
import { ENROLMENT_LIFE_MS } from './rules.js';
import { HUB_ACTOR, type Actor, type Write } from './writer.js';

export interface EnrolmentService {
  /** A token for one enrolment within 24 h; voids the agent's older ones. Throws RESOURCE_NOT_FOUND. */
  createToken(actor: Actor, agentId: string): Promise<EnrolmentToken>;
  /**
   * Trades a token for MQTT credentials; whoever had them before loses them. Throws INVALID_CREDENTIALS, in the same
   * words whether the token is unknown, used, voided or expired.
   */
  enrol(body: EnrolBody, from: { ip?: string | undefined }): Promise<EnrolledAgent>;
}

interface Deps {
  write: Write;
  secrets: Pick<Secrets, 'hmac'>;
  credentials: Credentials;
  directory: WritableDirectory;
  events: EventBus;
  log: Logger;
  mqttUrl: () => string;
  /** PEM that the agent is to trust, or null for the system's own. */
  ca: string | null;
  disconnect: (agentId: string) => void;
}

export const createEnrolment = (deps: Deps): EnrolmentService => ({
  createToken: (actor, agentId) =>
    deps.write(actor, async ({ trx, now, audit }) => {
      const [agent] = await lockAgents(trx, [agentId]);
      if (!agent) throw notFound('agent');
      await voidEnrolments(trx, agentId);
      const token = randomToken();
      const expiresAt = new Date(now.getTime() + ENROLMENT_LIFE_MS);
      await insertEnrolment(
        trx,
        {
          token_hmac: deps.secrets.hmac('enrolment', token),
          agent_id: agentId,
          expires_at: expiresAt,
          created_by: actor.userId,
        },
        now,
      );
      await audit({ action: 'agent.enrolment-created', resourceType: 'agent', resourceId: agentId });
      return { token, expires_at: expiresAt.toISOString() };
    }),

  enrol: async (body, from) => {
    const faults = createFaults();
    refuseControls(faults, body);
    faults.throwIfAny();
    const hmac = deps.secrets.hmac('enrolment', body.token);
    return deps.write({ ...HUB_ACTOR, ip: from.ip }, async ({ trx, now, audit, afterCommit }) => {
      const agentId = await enrolmentAgent(trx, hmac);
      // The agent first, as whoever makes a new token locks them too.
      const [agent] = agentId === undefined ? [] : await lockAgents(trx, [agentId]);
      const taken = agent && (await takeEnrolment(trx, hmac, now));
      if (!agent || !taken || !timingSafeEqual(taken, hmac)) throw refused(deps.log, from.ip);
      const issued = deps.credentials.issue();
      await updateAgent(
        trx,
        agent.id,
        {
          secret_hmac: issued.hmac,
          broker_hash: issued.brokerHash,
          state: 'pending',
          ...(body.version === undefined ? {} : { version: body.version }),
        },
        now,
      );
      await raiseConfigVersions(trx, [agent.id]);
      const details = { hostname: body.hostname, version: body.version, platform: body.platform };
      await audit({ action: 'agent.enrolled', resourceType: 'agent', resourceId: agent.id, details });
      const row = await findAgent(trx, agent.id);
      afterCommit(() => {
        deps.credentials.set(agent.id, issued.hmac);
        if (row) deps.directory.putAgent(directoryAgent(row, deps.directory.agent(agent.id)));
        deps.events.emit('agent.changed', agent.id);
        deps.disconnect(agent.id);
        deps.events.emit('agent.config', agent.id);
      });
      return {
        agent_id: agent.id,
        shard: agent.shard,
        mqtt_url: deps.mqttUrl(),
        username: agent.id,
        password: issued.password,
        ca: deps.ca,
      };
    });
  },
});

const refused = (log: Logger, ip: string | undefined): DomainError => {
  log.warn({ ip }, 'an enrolment token was refused');
  return new DomainError('INVALID_CREDENTIALS', {
    message: 'The enrolment token is unknown, used or expired; ask for a new one',
  });
};
