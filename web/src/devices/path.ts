import type { AgentState, Health, LiveAgent, LiveDevice } from '@siaga/shared';

/** A dot of the way to a device. */
export type PathNode = { key: string; column: number; row: number } & (
  | { kind: 'agent'; id: string; name: string | undefined; state: AgentState | undefined }
  | { kind: 'device'; id: string; name: string; health: Health; self: boolean }
  /** A parent that is not among the devices: deleted, or out of one's sight. */
  | { kind: 'missing'; id: string }
  /** Dots that there is no room for. */
  | { kind: 'more'; count: number }
);

export interface Path {
  nodes: PathNode[];
  /** From and to as indexes of nodes, in the direction away from the agent. */
  edges: [number, number][];
  columns: number;
  rows: number;
}

/** Rows of a column before the rest is counted only. */
const MAX_ROWS = 5;
/** A tree larger than this is a mistake, or nobody's to read. */
const MAX_NODES = 64;

interface Known {
  devices: ReadonlyMap<string, LiveDevice>;
  agents: ReadonlyMap<string, LiveAgent>;
}

interface Ancestry {
  /** How far each one stands above the device, at most; the device itself at 0. */
  levels: Map<string, number>;
  /** Parents of each, without those that would close a circle. */
  parents: Map<string, string[]>;
}

/** The ancestors of a device. Depth first, so that a circle shows as a parent that is on the way already. */
const ancestryOf = (device: LiveDevice, devices: Known['devices']): Ancestry => {
  const parents = new Map<string, string[]>();
  const onTheWay = new Set<string>();
  const childrenFirst: string[] = [];
  const climb = (of: LiveDevice | undefined, id: string): void => {
    const found: string[] = [];
    parents.set(id, found);
    onTheWay.add(id);
    for (const parent of of?.parent_ids ?? []) {
      if (onTheWay.has(parent)) continue;
      if (!parents.has(parent)) {
        if (parents.size >= MAX_NODES) continue;
        climb(devices.get(parent), parent);
      }
      found.push(parent);
    }
    onTheWay.delete(id);
    childrenFirst.unshift(id);
  };
  climb(device, device.id);
  const levels = new Map<string, number>(childrenFirst.map((id) => [id, 0]));
  for (const id of childrenFirst) {
    const above = (levels.get(id) ?? 0) + 1;
    for (const parent of parents.get(id) ?? []) {
      if ((levels.get(parent) ?? 0) < above) levels.set(parent, above);
    }
  }
  return { levels, parents };
};

/**
 * The way from a device's agent over its parents to itself, in columns from left to right: the agent first, the device
 * last, each parent left of everything it leads to. Parents in a circle or unknown ones are drawn once.
 */
export const pathOf = (device: LiveDevice, { devices, agents }: Known): Path => {
  const { levels, parents } = ancestryOf(device, devices);
  const deepest = Math.max(...levels.values());
  const nodes: PathNode[] = [];
  const places = new Map<string, number>();
  const agent = agents.get(device.agent_id);
  nodes.push({
    kind: 'agent',
    key: `agent:${device.agent_id}`,
    id: device.agent_id,
    name: agent?.name,
    state: agent?.state,
    column: 0,
    row: 0,
  });
  // In the order in which parents are named, which says which one comes first.
  const byLevel = Array.from({ length: deepest + 1 }, (_, level) =>
    [...parents.keys()].filter((id) => levels.get(id) === level),
  );
  for (const [level, ids] of byLevel.entries()) {
    const column = deepest + 1 - level;
    const shown = ids.length > MAX_ROWS ? ids.slice(0, MAX_ROWS - 1) : ids;
    for (const [row, id] of shown.entries()) {
      const of = id === device.id ? device : devices.get(id);
      places.set(id, nodes.length);
      nodes.push(
        of
          ? {
              kind: 'device',
              key: id,
              id,
              name: of.name,
              health: of.health,
              self: id === device.id,
              column,
              row,
            }
          : { kind: 'missing', key: id, id, column, row },
      );
    }
    if (shown.length < ids.length) {
      const count = ids.length - shown.length;
      for (const id of ids.slice(shown.length)) places.set(id, nodes.length);
      nodes.push({ kind: 'more', key: `more:${level}`, count, column, row: shown.length });
    }
  }
  return {
    nodes,
    edges: edgesOf(parents, places),
    columns: deepest + 2,
    rows: Math.max(...nodes.map(({ row }) => row)) + 1,
  };
};

/** What has no parent here hangs on the agent, which is the first node. */
const edgesOf = (parents: Ancestry['parents'], places: ReadonlyMap<string, number>): [number, number][] => {
  const edges = new Map<string, [number, number]>();
  for (const [id, above] of parents) {
    const to = places.get(id);
    if (to === undefined) continue;
    const from = above.length === 0 ? [0] : above.map((parent) => places.get(parent));
    for (const place of from) if (place !== undefined) edges.set(`${place}:${to}`, [place, to]);
  }
  return [...edges.values()];
};
