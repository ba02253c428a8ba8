import { expect, test } from 'vitest';
import { createCredentialsService } from '../../../hub/src/identity/credentials-service.js';
import { createPasswords } from '../../../hub/src/identity/passwords.js';
import { FAILURES_PER_ADDRESS } from '../../../hub/src/identity/throttle.js';
import { createPostgres } from '../../../hub/src/platform/postgres/postgres.js';
import { createManualClock } from '../../support/manual-clock.js';

test('attempts that nobody could check do not count as failures of their address', async () => {
  // Port 1: nothing listens there.
  const postgres = createPostgres('postgresql://127.0.0.1:1/none', { onError: () => undefined });
  const service = createCredentialsService({
    db: postgres.db,
    passwords: createPasswords(),
    clock: createManualClock(),
  });
  for (let i = 0; i < FAILURES_PER_ADDRESS + 1; i += 1)
    await expect(
      service.check({ username: 'rina', password: 'x' }, { ip: '10.0.0.1', userAgent: undefined }),
    ).rejects.toThrow('ECONNREFUSED');
  await postgres.stop();
});
