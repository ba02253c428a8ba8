/** The agent's own host: percent 0–100; uptime in whole seconds. */
export interface HostFigures {
  cpuPercent: number;
  memoryPercent: number;
  diskPercent: number;
  uptimeS: number;
}

/** Reads the host's figures; CPU is the share since the call before. Rejects where the host does not tell them. */
export interface HostReader {
  read(): Promise<HostFigures>;
}

const clampPercent = (value: number): number => Math.min(100, Math.max(0, value));

/** Two decimals are more than the sources are worth. */
export const percent = (part: number, whole: number): number =>
  whole > 0 ? Math.round(clampPercent((part / whole) * 100) * 100) / 100 : 0;
