import type { Clock } from './clock.js';

export type LogLevel = 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One line of JSON an event. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** JSON lines to `write` (standard error in the program); a full log library would cost an agent 10 MB. */
export const createLog = (clock: Pick<Clock, 'nowMs'>, write: (line: string) => void): Log => {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void =>
      write(
        `${JSON.stringify({ time: new Date(clock.nowMs()).toISOString(), level, message, ...fields })}\n`,
      );
  return { info: at('info'), warn: at('warn'), error: at('error') };
};

/** Lets an event through once a `periodMs`, with the number of those held back since, so that no fault floods a log. */
export const createLimiter = (clock: Clock, periodMs: number) => {
  const seen = new Map<string, { lastMs: number; heldBack: number }>();
  return (key: string, emit: (heldBack: number) => void): void => {
    const nowMs = clock.monotonicMs();
    const entry = seen.get(key);
    if (entry && nowMs - entry.lastMs < periodMs) {
      entry.heldBack++;
      return;
    }
    seen.set(key, { lastMs: nowMs, heldBack: 0 });
    emit(entry?.heldBack ?? 0);
  };
};

/** What went wrong, in words, of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
