export { endAllLeftBehind } from './left-behind.js';
export { lockDataDir } from './lock.js';
export {
  createEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './postgres-server.js';
export {
  createEmbeddedQuestDb,
  type EmbeddedQuestDb,
  type EmbeddedQuestDbOptions,
} from './questdb-server.js';
export { runningPostgresUrl } from './running-postgres.js';
export { createLocalAgent, heldLocalPassword, type LocalAgentOptions } from './local-agent.js';
