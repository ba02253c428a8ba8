import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Config } from './config.js';

const LOOPBACK = '127.0.0.1';
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Where agents on other machines find the broker: the external one by its own URL (without the hub's login), the
 * hub's own under the name people use, at its own port. A broker on the hub's loopback is found there as well.
 * @param port where the hub's own broker listens
 */
export const placeForAgents = ({ http, mqtt }: Config, port: number): string => {
  const name = new URL(http.publicUrl).hostname;
  if (!mqtt.external) return `${http.tls ? 'mqtts' : 'mqtt'}://${name}:${port}`;
  const url = new URL(mqtt.external.url);
  if (LOOPBACK_HOST.test(url.hostname)) url.hostname = name;
  return url.href.replace(/\/+$/, '');
};

/** Where the agent on this machine finds it: under the certificate's name with TLS, else where it listens. */
export const placeForLocalAgent = (config: Config, port: number): string => {
  const { host, external } = config.mqtt;
  if (external) return external.url;
  if (config.http.tls) return placeForAgents(config, port);
  const reachable = EVERY_ADDRESS.has(host) ? LOOPBACK : host;
  return `mqtt://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
};

/** A certificate that vouches for itself must be handed to agents; any other is vouched for by one they know. */
export const ownAuthority = ({ http }: Config): string | undefined => {
  if (!http.tls) return undefined;
  const certificate = new X509Certificate(http.tls.cert);
  return certificate.checkIssued(certificate) ? http.tls.cert : undefined;
};
