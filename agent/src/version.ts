/** The agent's version, as package.json names it (a test holds them together). */
export const AGENT_VERSION = '0.1.0';
