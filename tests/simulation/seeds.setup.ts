import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The first of the seeds that are played, and how many follow. */
    seeds: { from: number; count: number };
  }
}

const numberOf = (name: string, otherwise: () => number): number => {
  const value = Number(process.env[name] ?? otherwise());
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number`);
  return value;
};

/** The same seeds in every run, so that a red run is the change's own fault; name others to go on finding. */
export const setup = (project: TestProject): void => {
  const from = numberOf('SIAGA_SIMULATION_SEED', () => 1);
  const count = numberOf('SIAGA_SIMULATION_SEEDS', () => 2_000);
  project.provide('seeds', { from, count });
  console.log(`simulation: ${count} seeds from ${from} (again by SIAGA_SIMULATION_SEED=${from})`);
};
