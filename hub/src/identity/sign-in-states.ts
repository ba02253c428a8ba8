import type { EventBus } from '../events.js';
import type { Clock } from '../platform/clock.js';
import type { SignInRow } from './repository.js';
import { remember } from './throttle.js';

/** How long a state is believed without asking again: bounds what another hub's revocation takes to arrive. */
const BELIEVED_MS = 5_000;
const STATES_HELD = 10_000;

/** The sign-ins behind access tokens, remembered for a moment so that not every request asks PostgreSQL. */
export interface SignInStates {
  /** The sign-in, or undefined where it is revoked, over, or of a deactivated user. */
  inForce(signInId: string): Promise<SignInRow | undefined>;
}

export const createSignInStates = (deps: {
  load: (signInId: string) => Promise<SignInRow | undefined>;
  clock: Clock;
  events: EventBus;
}): SignInStates => {
  const { load, clock, events } = deps;
  const held = new Map<string, { state: SignInRow; untilMs: number }>();
  let revocations = 0;
  events.on('sign-in.revoked', (signInId) => {
    revocations += 1;
    held.delete(signInId);
  });
  return {
    inForce: async (signInId) => {
      const known = held.get(signInId);
      const nowMs = clock.monotonicMs();
      let state = known && known.untilMs > nowMs ? known.state : undefined;
      if (!state) {
        const revocationsBefore = revocations;
        state = await load(signInId);
        // A revocation while it was read may have overtaken the answer.
        if (state && revocations === revocationsBefore)
          remember(held, signInId, { state, untilMs: nowMs + BELIEVED_MS }, STATES_HELD);
      }
      return state && !state.isRevoked && state.isActive && state.expiresAtMs > clock.nowMs()
        ? state
        : undefined;
    },
  };
};
