import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A branch's network in a namespace of its own: all of 10.50.0.0/16 answers there, and one cable leads to the hub. */
export interface Branch {
  /** Where the hub is, seen from here. */
  hubAddress: string;
  spawn(command: string, args: readonly string[]): ChildProcess;
  /** From now on what is sent to this address is dropped. */
  drop(address: string): Promise<void>;
  restore(address: string): Promise<void>;
  /** Lets go of what keeps this process running; the namespace goes with it. */
  close(): void;
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/**
 * Makes the branch of this number, 0–255. One each agent, as in a bank, because a raw socket is handed every ICMP packet
 * of its namespace: agents that share one would each read the answers of all. Addresses between are of 198.18.0.0/15,
 * set aside for tests of network devices (RFC 2544). The caller runs in a namespace of its own (namespace.ts).
 */
export const createBranch = (number: number): Branch => {
  const name = `branch${number}`;
  const near = `cable${number}`;
  const hubAddress = `198.18.${number}.1`;
  ip('netns', 'add', name);
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', name);
  ip('addr', 'add', `${hubAddress}/24`, 'dev', near);
  ip('link', 'set', near, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'addr', 'add', `198.18.${number}.2/24`, 'dev', 'uplink');
  ip('-n', name, 'link', 'set', 'uplink', 'up');
  ip('-n', name, 'route', 'add', 'local', '10.50.0.0/16', 'dev', 'lo');
  const inside = ['netns', 'exec', name];
  execFileSync('ip', [...inside, 'nft', '-f', '-'], {
    input: `table inet lab {
      set dropped { type ipv4_addr; }
      chain input { type filter hook input priority 0; policy accept; ip daddr @dropped drop; }
    }\n`.replace(/; (?=[}\n])/g, ';\n'),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const { run, close } = createShell(name);
  const change = (verb: 'add' | 'delete', address: string): Promise<void> =>
    run(`nft ${verb} element inet lab dropped { ${address} }`);
  return {
    hubAddress,
    spawn: (command, args) =>
      spawn('ip', [...inside, command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] }),
    drop: (address) => change('add', address),
    restore: (address) => change('delete', address),
    close,
  };
};

/**
 * A shell in a namespace, kept open: it forks in a millisecond where a busy process of some hundred megabytes takes many,
 * and the moment of a fault is told exactly. Commands run one after another.
 */
const createShell = (namespace: string): { run: (command: string) => Promise<void>; close: () => void } => {
  const shell = spawn('ip', ['netns', 'exec', namespace, 'sh'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: { resolve: () => void; reject: (error: Error) => void; command: string }[] = [];
  createInterface({ input: shell.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (line === '0') next?.resolve();
    else next?.reject(new Error(`exit code ${line}: ${next.command}`));
  });
  const run = (command: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject, command });
      shell.stdin.write(`${command} >/dev/null; echo $?\n`);
    });
  return { run, close: () => void shell.stdin.end() };
};
