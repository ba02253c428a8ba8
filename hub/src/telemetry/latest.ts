import { OUTCOME } from '@siaga/shared';
import type { LatestFigures } from './ports.js';

/** Cycles that hold the last 20 packets: six whole ones and two thirds of a seventh. */
const WHOLE_CYCLES = 6;
const PACKETS = 20;

interface Figures {
  deviceId: string;
  atMs: number;
  /** Negative where nothing came back. */
  avgUs: number;
  cycles: number;
  /** Lost packets of the last seven cycles, two bits each, the newest lowest. */
  lost: number;
}

/** The newest figures of every ICMP check, kept as samples pass. */
export interface Latest {
  /** One cycle of the live lane, in order; skipped ones tell nothing. */
  note(checkId: number, deviceId: string, atMs: number, outcome: number, avgUs: number, lost: number): void;
  of(checkId: number): LatestFigures | undefined;
  forgetDevice(deviceId: string): void;
}

export const createLatest = (): Latest => {
  /** By check id, which PostgreSQL counts up from 1. */
  const byCheck: (Figures | undefined)[] = [];
  return {
    note: (checkId, deviceId, atMs, outcome, avgUs, lost) => {
      if (outcome === OUTCOME.skipped) return;
      let figures = byCheck[checkId];
      if (!figures) {
        figures = { deviceId, atMs: 0, avgUs: -1, cycles: 0, lost: 0 };
        byCheck[checkId] = figures;
      }
      figures.atMs = atMs;
      figures.avgUs = outcome === OUTCOME.ok ? avgUs : -1;
      figures.lost = ((figures.lost << 2) | lost) & 0x3fff;
      if (figures.cycles <= WHOLE_CYCLES) figures.cycles++;
    },
    of: (checkId) => {
      const figures = byCheck[checkId];
      if (!figures) return undefined;
      return {
        rttMs: figures.avgUs < 0 ? null : figures.avgUs / 1000,
        lossPercent: lossPercent(figures),
        atMs: figures.atMs,
      };
    },
    forgetDevice: (deviceId) => {
      byCheck.forEach((figures, checkId) => {
        if (figures?.deviceId === deviceId) byCheck[checkId] = undefined;
      });
    },
  };
};

const lossPercent = ({ cycles, lost }: Figures): number => {
  let total = 0;
  for (let i = 0; i < Math.min(cycles, WHOLE_CYCLES); i++) total += (lost >> (2 * i)) & 3;
  if (cycles <= WHOLE_CYCLES) return (100 * total) / (cycles * 3);
  // Of the seventh cycle only two packets count; which two is not known.
  total += (((lost >> (2 * WHOLE_CYCLES)) & 3) * 2) / 3;
  return (100 * total) / PACKETS;
};
