import type { Health, Overview } from '@siaga/shared';
import { parseAgentTopic } from '@siaga/shared';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus, HubEvents } from '../events.js';
import type { AuthenticateAgent, Broker, BrokerMessage } from '../platform/broker/broker.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { Secrets } from '../platform/secrets.js';
import { createAgentReports } from './agent-reports.js';
import { createAgentStates } from './agent-states.js';
import { createAgents, directoryAgent, type AgentService } from './agents-service.js';
import { createConfigPush } from './config-push.js';
import { createCredentials } from './credentials.js';
import { createDevices, directoryDevice, type DeviceService } from './devices-service.js';
import { loadFleet } from './directory-repository.js';
import { createDirectory } from './directory.js';
import { createEnrolment, type EnrolmentService } from './enrolment-service.js';
import { ensureLocalAgent, type LocalAgent } from './local-agent.js';
import { overviewOf } from './overview.js';
import type { FleetDirectory } from './ports.js';
import { createReread } from './reread.js';
import { createRestore, type Restore } from './restore.js';
import { createSites, directorySite, type SiteService } from './sites-service.js';
import { createWriter } from './writer.js';

export interface FleetDeps {
  db: Db;
  secrets: Pick<Secrets, 'hmac'>;
  events: EventBus;
  clock: Clock;
  /** Asked for at each use: the broker is built after the fleet, whose word it needs to let agents in. */
  broker: () => Broker;
  log: Logger;
  /** What agents that enrol are told to connect to. */
  mqttUrl: () => string;
  /** PEM that agents are to trust; the system's own where absent. */
  ca?: string | undefined;
  metrics?: Registry | undefined;
  /** How long a change waits for a row that someone else holds; 5,000 unless told. */
  lockTimeoutMs?: number | undefined;
}

export interface Fleet {
  directory: FleetDirectory;
  sites: SiteService;
  agents: AgentService;
  enrolment: EnrolmentService;
  devices: DeviceService;
  restore: Restore;
  /** Fills the directory and listens to events; before the broker starts. Throws where PostgreSQL is away. */
  start(): Promise<void>;
  /** Writes down what is not written yet. */
  stop(): Promise<void>;
  authenticateAgent: AuthenticateAgent;
  /** A message on an agent's `state` topic; others are not its own. */
  onStateMessage(message: BrokerMessage): void;
  /** Any message of this agent: a sign of life. In memory at once, written at leisure. */
  heard(agentId: string): void;
  /** After the broker's start and restart: every agent's configuration, retained. */
  publishAllConfigs(): Promise<void>;
  /** See local-agent.ts; `timezone` is this machine's unless told. */
  ensureLocalAgent(options: {
    address: string;
    timezone?: string;
    password?: string | undefined;
  }): Promise<LocalAgent | undefined>;
  overview(healthOf: (deviceId: string) => Health): Promise<Overview>;
}

/** Sites, agents, devices: their tables, their directory in memory, and what agents are told. */
export const createFleet = (deps: FleetDeps): Fleet => {
  const { db, secrets, events, clock, log } = deps;
  const directory = createDirectory();
  const credentials = createCredentials(secrets);
  const push = createConfigPush({ db, broker: deps.broker, clock, log });
  const states = createAgentStates({ db, directory, events, clock, log, metrics: deps.metrics });
  const reports = createAgentReports({ db, directory, clock, log });
  const disconnect = (agentId: string): void => {
    deps
      .broker()
      .disconnect(agentId)
      .catch((error: unknown) => log.warn({ err: error, agentId }, 'an agent could not be disconnected'));
  };
  const reread = createReread({ db, directory, credentials, events, disconnect });
  const writer = createWriter({ db, clock, log, reread, lockTimeoutMs: deps.lockTimeoutMs });
  const { write } = writer;
  const common = { db, write, directory, credentials, events, disconnect };
  const unsubscribes: (() => void)[] = [];

  return {
    directory,
    sites: createSites(common),
    agents: createAgents(common),
    devices: createDevices(common),
    restore: createRestore(common),
    enrolment: createEnrolment({ ...common, secrets, log, mqttUrl: deps.mqttUrl, ca: deps.ca ?? null }),

    start: async () => {
      const { sites, agents, devices, movedChecks } = await loadFleet(db);
      for (const site of sites) directory.putSite(directorySite(site));
      for (const agent of agents) {
        directory.putAgent(directoryAgent(agent, undefined));
        credentials.set(agent.id, agent.secret_hmac);
      }
      for (const device of devices) directory.putDevice(directoryDevice(device));
      for (const check of movedChecks) directory.putMovedCheck(check);
      const brokerOutage = (what: HubEvents['broker.outage'][0]): void => {
        if (what === 'over')
          push.publishAll().catch((error: unknown) => {
            log.warn({ err: error }, 'configurations could not be listed; they are sent one by one');
            for (const { id } of directory.agents()) push.changed(id);
          });
      };
      events.on('broker.outage', brokerOutage);
      events.on('agent.config', push.changed);
      events.on('agent.silent', states.silent);
      events.on('agent.heard-again', states.heardAgain);
      events.on('agent.report', reports.report);
      unsubscribes.push(
        () => events.off('broker.outage', brokerOutage),
        () => events.off('agent.config', push.changed),
        () => events.off('agent.silent', states.silent),
        () => events.off('agent.heard-again', states.heardAgain),
        () => events.off('agent.report', reports.report),
      );
      reports.start();
    },

    stop: async () => {
      for (const unsubscribe of unsubscribes.splice(0)) unsubscribe();
      await Promise.all([writer.stop(), push.stop(), states.stop(), reports.stop()]);
    },

    authenticateAgent: async (username, password) => {
      const isRight = credentials.matches(username, password);
      const agent = directory.agent(username);
      return isRight && agent ? { agentId: agent.id, shard: agent.shard } : undefined;
    },

    onStateMessage: (message) => {
      if (parseAgentTopic(message.topic)?.channel === 'state') states.onMessage(message);
    },
    heard: reports.heard,
    publishAllConfigs: push.publishAll,

    ensureLocalAgent: ({ address, password, timezone = Intl.DateTimeFormat().resolvedOptions().timeZone }) =>
      ensureLocalAgent({ write, secrets, credentials, directory, events }, { address, timezone, password }),

    overview: (healthOf) => overviewOf(db, directory, healthOf),
  };
};
