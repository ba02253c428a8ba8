import type { LiveAgent, LiveDevice } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathOf, type Path } from '../../../web/src/devices/path.js';

const AGENT: LiveAgent = { id: 'agent', name: 'agent-1', site_id: 's', state: 'online', last_seen_at: null };
const device = (id: string, parents: readonly string[]): LiveDevice => ({
  id,
  code: id,
  name: id,
  kind: 'router',
  address: '10.0.0.1',
  site_id: 's',
  agent_id: 'agent',
  parent_ids: [...parents],
  health: 'up',
  since: '2026-11-29T00:00:00.000Z',
  open_incident_id: null,
});

const pathIn = (topology: Readonly<Record<string, readonly string[]>>, of: string): Path => {
  const devices = new Map(Object.entries(topology).map(([id, parents]) => [id, device(id, parents)]));
  const self = devices.get(of);
  if (!self) throw new Error(`${of} is not in the topology`);
  return pathOf(self, { devices, agents: new Map([[AGENT.id, AGENT]]) });
};
/** Columns of keys, and edges as `from>to`. */
const drawn = ({ nodes, edges }: Path) => ({
  columns: nodes.reduce<string[][]>((columns, { key, column }) => {
    (columns[column] ??= []).push(key);
    return columns;
  }, []),
  edges: edges.map(([from, to]) => `${nodes[from]?.key}>${nodes[to]?.key}`).sort(),
});

describe('the way to a device', () => {
  test('straight from its agent', () => {
    expect(drawn(pathIn({ atm: [] }, 'atm'))).toEqual({
      columns: [['agent:agent'], ['atm']],
      edges: ['agent:agent>atm'],
    });
  });

  test('over a chain of parents', () => {
    expect(drawn(pathIn({ router: [], switch: ['router'], atm: ['switch'] }, 'atm'))).toEqual({
      columns: [['agent:agent'], ['router'], ['switch'], ['atm']],
      edges: ['agent:agent>router', 'router>switch', 'switch>atm'],
    });
  });

  test('two parents are two branches', () => {
    const path = pathIn({ one: [], two: [], atm: ['one', 'two'] }, 'atm');
    expect(drawn(path).columns).toEqual([['agent:agent'], ['one', 'two'], ['atm']]);
    expect(path.rows).toBe(2);
  });

  test('a parent that is a grandparent as well stands left of both', () => {
    expect(drawn(pathIn({ router: [], switch: ['router'], atm: ['switch', 'router'] }, 'atm'))).toEqual({
      columns: [['agent:agent'], ['router'], ['switch'], ['atm']],
      edges: ['agent:agent>router', 'router>atm', 'router>switch', 'switch>atm'],
    });
  });

  test('a parent that nobody knows is drawn as missing', () => {
    const { nodes } = pathIn({ atm: ['gone'] }, 'atm');
    expect(nodes.map(({ kind }) => kind)).toEqual(['agent', 'device', 'missing']);
  });

  test('its own parent, and a circle of two', () => {
    expect(drawn(pathIn({ atm: ['atm'] }, 'atm')).columns).toEqual([['agent:agent'], ['atm']]);
    expect(drawn(pathIn({ a: ['b'], b: ['a'] }, 'a'))).toEqual({
      columns: [['agent:agent'], ['b'], ['a']],
      edges: ['agent:agent>b', 'b>a'],
    });
  });

  test('more parents than there is room for are counted', () => {
    const parents = Array.from({ length: 16 }, (_, n) => `p${n}`);
    const path = pathIn({ ...Object.fromEntries(parents.map((id) => [id, []])), atm: parents }, 'atm');
    expect(path.rows).toBe(5);
    expect(path.nodes.find(({ kind }) => kind === 'more')).toMatchObject({ count: 12 });
  });

  test('in whatever tangle: it ends, each once, and every line leads to the right, from the agent to the device', () => {
    const ids = Array.from({ length: 90 }, (_, n) => `d${n}`);
    const tangles = fc.array(fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 6 }), {
      minLength: 1,
      maxLength: ids.length,
    });
    fc.assert(
      fc.property(tangles, (parents) => {
        const topology = Object.fromEntries(parents.map((of, n) => [`d${n}`, of]));
        const { nodes, edges, columns, rows } = pathIn(topology, 'd0');
        expect(new Set(nodes.map(({ key }) => key)).size).toBe(nodes.length);
        expect(nodes.filter((node) => node.kind === 'device' && node.self)).toHaveLength(1);
        const places = nodes.map(({ column, row }) => `${column}/${row}`);
        expect(new Set(places).size).toBe(places.length);
        for (const { column, row } of nodes) {
          expect(column).toBeLessThan(columns);
          expect(row).toBeLessThan(rows);
        }
        for (const [from, to] of edges)
          expect(nodes[from]?.column ?? Infinity).toBeLessThan(nodes[to]?.column ?? -Infinity);
        for (const place of nodes.keys())
          if (place > 0) expect(edges.some(([, to]) => to === place)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
