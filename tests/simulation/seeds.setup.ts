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

/** Other seeds in every run, so that the simulation goes on finding; a run is repeated by naming its seed. */
export const setup = (project: TestProject): void => {
  const from = numberOf('SIAGA_SIMULATION_SEED', () => Math.floor(Math.random() * 1e9));
  const count = numberOf('SIAGA_SIMULATION_SEEDS', () => 2_000);
  project.provide('seeds', { from, count });
  console.log(`simulation: ${count} seeds from ${from} (again by SIAGA_SIMULATION_SEED=${from})`);
};
