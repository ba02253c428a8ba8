import { execFileSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

/**
 * A branch network in a namespace of its own, joined to this process' namespace by a veth pair. The lab project runs
 * inside a fresh network namespace (tests/run.mjs), so nothing of this can reach another machine; a run outside one is
 * refused. Addresses are of 198.18.0.0/15, set aside for tests of network devices (RFC 2544).
 */
export interface LabNetwork {
  /** `count` addresses in the branch that answer. */
  addresses(count: number): string[];
  /** From now on the branch drops what is sent to this address. */
  drop(address: string): void;
  /** Lets it pass again. */
  restore(address: string): void;
  remove(): void;
}

const HERE = '198.18.0.1';
const THERE = '198.18.0.2';
// 126 addresses that the branch holds by a local route.
const BRANCH_PREFIX = '198.18.0.128/25';

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

const nft = (namespace: string, rules: string) =>
  execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], {
    input: rules,
    stdio: ['pipe', 'ignore', 'pipe'],
  });

export const createLabNetwork = (): LabNetwork => {
  const outside = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (outside.length > 0)
    throw new Error(`the lab needs a network namespace of its own, found ${outside.join(', ')}`);
  const namespace = `siaga-branch-${process.pid}`;
  ip('netns', 'add', namespace);
  ip('link', 'add', 'lab0', 'type', 'veth', 'peer', 'name', 'lab1');
  ip('link', 'set', 'lab1', 'netns', namespace);
  ip('addr', 'add', `${HERE}/24`, 'dev', 'lab0');
  ip('link', 'set', 'lab0', 'up');
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  ip('-n', namespace, 'addr', 'add', `${THERE}/24`, 'dev', 'lab1');
  ip('-n', namespace, 'link', 'set', 'lab1', 'up');
  ip('-n', namespace, 'route', 'add', 'local', BRANCH_PREFIX, 'dev', 'lo');
  nft(
    namespace,
    `table inet lab {
      set dropped { type ipv4_addr; }
      chain input { type filter hook input priority 0; policy accept; ip daddr @dropped drop; }
    }
`.replace(/; (?=[}\n])/g, ';\n'),
  );
  return {
    addresses: (count) => Array.from({ length: count }, (_, place) => `198.18.0.${129 + place}`),
    drop: (address) => void nft(namespace, `add element inet lab dropped { ${address} }\n`),
    restore: (address) => void nft(namespace, `delete element inet lab dropped { ${address} }\n`),
    remove: () => {
      ip('netns', 'del', namespace);
    },
  };
};
