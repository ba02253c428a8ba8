/** The made-up banks without the hub that serves them: this part runs in a browser as well. */
export { incidentEvent, liveAgent, liveDevice, liveSite, snapshotOf, summaryOf } from './live.js';
export { agent, colleague, device, incident, site, user, type World } from './things.js';
export { bank, big, calm, fresh, storm } from './worlds.js';
