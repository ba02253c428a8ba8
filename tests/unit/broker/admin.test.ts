import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runAdmin } from '../../../hub/src/admin.js';
import { brokerHashOf } from '../../../hub/src/fleet/index.js';
import {
  mosquittoAcl,
  mosquittoPasswords,
  userNameFault,
} from '../../../hub/src/platform/broker/mosquitto.js';
import { rightsOf } from '../../../hub/src/platform/broker/rights.js';

const run = async (args: string[], env: Record<string, string> = {}) => {
  const said = { out: '', err: '' };
  const code = await runAdmin(args, env, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
  });
  return { code, ...said };
};

describe('siaga admin', () => {
  it.each([[['--help']], [['-h']], [['help']], [['broker-acl', '--help']], [['broker-acl', '-h']]])(
    'explains itself: %s',
    async (args) => {
      const { code, out, err } = await run(args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^usage: siaga admin .*broker-acl|^usage: siaga admin/);
    },
  );

  it.each([
    ['no command', [], /which command/],
    ['an unknown command', ['brokr-acl'], /no command "brokr-acl"/],
    ['no folder', ['broker-acl'], /--dir DIR/],
    ['an unknown option', ['broker-acl', '--folder', 'x'], /--folder/],
    ['a word too many', ['broker-acl', '--dir', 'x', 'y'], /'y'/],
  ])('refuses %s with exit code 2', async (_what, args, words) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(words);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no broker', {}, /SIAGA_MQTT_URL: is not set/],
    ['no login of the hub', { SIAGA_MQTT_URL: 'mqtts://x' }, /SIAGA_MQTT_URL: names no user and password/],
    [
      'a user that the files cannot hold',
      { SIAGA_MQTT_URL: 'mqtts://a%3Ab:hush@x' },
      /user name may hold no colon/,
    ],
    [
      'faulty settings, all of them',
      { SIAGA_MQTT_URL: 'ws://x', SIAGA_HTTP_PORT: 'x' },
      /HTTP_PORT.*\n.*MQTT_URL/,
    ],
    [
      'a PostgreSQL that is away',
      { SIAGA_MQTT_URL: 'mqtts://u:hush@x', SIAGA_POSTGRES_URL: 'postgres://u:p@127.0.0.1:1/x' },
      /ECONNREFUSED/,
    ],
  ])('fails with exit code 1 on %s', async (_what, env, words) => {
    const { code, out, err } = await run(['broker-acl', '--dir', '/nowhere'], env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(words);
    expect(err).not.toContain('hush');
  });
});

describe('Mosquitto’s files', () => {
  const agents = ['0a', 'ff'].map((shard) => ({ name: randomUUID(), shard, hash: brokerHashOf('secret') }));

  it('hold a line for each user', () => {
    expect(mosquittoPasswords(agents)).toMatch(
      /^([0-9a-f-]{36}:\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==\n){2}$/,
    );
  });

  it('grant an agent exactly what the embedded broker grants', () => {
    const [hub, ...users] = mosquittoAcl('hub', agents).split('\n\n');
    expect(hub).toBe('user hub\ntopic readwrite siaga/v1/#');
    expect(users).toHaveLength(agents.length);
    for (const [place, { name, shard }] of agents.entries()) {
      const [user, ...lines] = users[place]!.trimEnd().split('\n');
      expect(user).toBe(`user ${name}`);
      const rights = rightsOf(name, shard);
      const channels = ['telemetry', 'ack', 'state', 'config', 'command', 'reply', 'report'];
      const topics = [
        ...channels.map((channel) => `siaga/v1/${shard}/${name}/${channel}`),
        `siaga/v1/${shard}/hub`,
      ];
      expect(new Set(lines)).toEqual(
        new Set([
          ...topics.filter(rights.mayPublish).map((topic) => `topic write ${topic}`),
          ...topics.filter(rights.maySubscribe).map((topic) => `topic read ${topic}`),
        ]),
      );
    }
  });

  it.each(['hub', 'siaga@bank', 'a b', 'ümlaut'])('take the user name %s', (name) => {
    expect(userNameFault(name)).toBeNull();
  });
  it.each(['', 'a:b', 'a\nuser b', ' a', 'a ', '#a', 'a\u0000b'])('refuse the user name %j', (name) => {
    expect(userNameFault(name)).not.toBeNull();
  });
});
