/** Runs tasks of one key one after another, tasks of different keys side by side. */
export type Serial = <T>(key: string, task: () => Promise<T>) => Promise<T>;

export const createSerial = (): Serial => {
  const tails = new Map<string, Promise<void>>();
  return async (key, task) => {
    const run = (tails.get(key) ?? Promise.resolve()).then(task);
    const tail = run.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    try {
      return await run;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
};
