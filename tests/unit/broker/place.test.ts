import { describe, expect, it } from 'vitest';
import { placeForAgents, placeForLocalAgent } from '../../../hub/src/broker-place.js';
import { loadConfig, type Config } from '../../../hub/src/config.js';

const load = (env: Record<string, string>): Config => {
  const result = loadConfig({ SIAGA_INSECURE: '1', ...env });
  if (!result.ok) throw new Error(result.faults.join('\n'));
  return result.config;
};

describe('where agents find the broker', () => {
  it.each<[what: string, env: Record<string, string>, agents: string, local: string]>([
    ['the hub’s own', {}, 'mqtt://127.0.0.1:7000', 'mqtt://127.0.0.1:7000'],
    [
      'the hub’s own, on every address',
      { SIAGA_MQTT_HOST: '0.0.0.0', SIAGA_PUBLIC_URL: 'http://siaga.example' },
      'mqtt://siaga.example:7000',
      'mqtt://127.0.0.1:7000',
    ],
    [
      'an external one, without the hub’s login',
      { SIAGA_MQTT_URL: 'mqtts://siaga:s3cret@broker.example:8883' },
      'mqtts://broker.example:8883',
      'mqtts://broker.example:8883',
    ],
    [
      'an external one beside the hub: by the hub’s name, from elsewhere',
      {
        SIAGA_MQTT_URL: 'mqtt://siaga:s3cret@127.0.0.1:1884',
        SIAGA_PUBLIC_URL: 'https://siaga.example:8443',
      },
      'mqtt://siaga.example:1884',
      'mqtt://127.0.0.1:1884',
    ],
    [
      'an external one without a port',
      { SIAGA_MQTT_URL: 'mqtt://localhost', SIAGA_PUBLIC_URL: 'http://[2001:db8::1]' },
      'mqtt://[2001:db8::1]',
      'mqtt://localhost',
    ],
  ])('%s', (_what, env, agents, local) => {
    const config = load(env);
    expect(placeForAgents(config, 7000)).toBe(agents);
    expect(placeForLocalAgent(config, 7000)).toBe(local);
  });
});
