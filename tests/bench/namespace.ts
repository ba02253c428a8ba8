import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

/**
 * Runs the calling benchmark once more inside a network namespace of its own, with mounts of its own so that its named
 * namespaces go with it, and ends this process with that one's exit code. Inside, it returns.
 */
export const enterNamespace = (): void => {
  if (Object.keys(networkInterfaces()).every((name) => name === 'lo')) return;
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) {
    process.stderr.write('this benchmark needs Linux and root: network namespaces and raw ICMP sockets\n');
    process.exit(1);
  }
  // What must be fetched or built is, before the network is gone.
  const ready =
    "const { ensureQuestDb } = await import('./deploy/questdb.mjs'); await ensureQuestDb();" +
    "const { ensureBuilt } = await import('./deploy/build.mjs'); await ensureBuilt();";
  const made = spawnSync(process.execPath, ['--input-type=module', '-e', ready], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) process.exit(1);
  const inside = 'mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns; ip link set lo up; exec "$@"';
  const { status } = spawnSync(
    'unshare',
    [
      '--net',
      '--mount',
      'sh',
      '-ec',
      inside,
      'bench',
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ],
    { stdio: 'inherit' },
  );
  process.exit(status ?? 1);
};
