import type { FaultCode, FieldFault } from '@siaga/shared';
import type { Fault } from '../../errors.js';

/** One finding of TypeBox's checker, as the validator compiler hands it over. */
export interface Finding {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: Record<string, unknown>;
}

type Node = Record<string, unknown>;

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  'date-time': 'a time in ISO 8601, e.g. 2026-01-15T10:30:00Z',
};

/**
 * The faults of a refused value, one a field: its path in dots, what is wrong with it and what is allowed, in words and
 * as code and limits. Values are never echoed: they may be secrets. `schema` is the one that refused.
 */
export const faultsOf = (findings: readonly Finding[], schema: unknown, value: unknown): Fault[] => {
  const byField = new Map<string, Fault>();
  for (const finding of findings) {
    // The first fault of a field is told.
    for (const fault of describe(finding, schema, value))
      if (!byField.has(fault.field)) byField.set(fault.field, fault);
  }
  return [...byField.values()];
};

const UNION_BRANCH = /\/anyOf\/\d+$/;

const describe = (finding: Finding, schema: unknown, value: unknown): Fault[] => {
  const field = dotted(finding.instancePath);
  // A union's branches are found wanting first: what the whole union allows is what helps.
  const node = nodeAt(schema, finding.schemaPath.replace(UNION_BRANCH, ''));
  const names = Object.keys((node?.['properties'] as Node | undefined) ?? {});
  const { params } = finding;
  switch (finding.keyword) {
    case 'required':
      return (params['requiredProperties'] as string[]).map((name) => ({
        field: join(field, name),
        message: withRange('is missing', property(node, name)),
        code: 'required',
      }));
    case 'additionalProperties': {
      const allowed = names.length > 0 ? `; known: ${names.join(', ')}` : '; none are taken here';
      return (params['additionalProperties'] as string[]).map((name) => ({
        field: join(field, name),
        message: `is no known field${allowed}`,
        code: 'unknown',
        limits: { allowed: names },
      }));
    }
    // The other half of `additionalProperties`, told there.
    case 'boolean':
      return [];
    case 'minProperties':
      return [
        {
          field,
          message: `needs at least one field of: ${names.join(', ')}`,
          code: 'required',
          limits: { allowed: names },
        },
      ];
    default: {
      const code = CODES[finding.keyword] ?? 'other';
      const limits = limitsOf(code, nodeAt(schema, finding.schemaPath));
      return [
        {
          field,
          message: withRange(faultOf(finding, at(value, finding.instancePath)), node),
          code,
          ...(limits && { limits }),
        },
      ];
    }
  }
};

/** `too_short` and `too_long` count characters; the entries of a list are out of range. */
const CODES: Readonly<Record<string, FaultCode>> = {
  type: 'wrong_type',
  minLength: 'too_short',
  maxLength: 'too_long',
  minItems: 'out_of_range',
  maxItems: 'out_of_range',
  uniqueItems: 'twice',
  minimum: 'out_of_range',
  maximum: 'out_of_range',
  exclusiveMinimum: 'out_of_range',
  exclusiveMaximum: 'out_of_range',
  enum: 'not_one_of',
  const: 'not_one_of',
  pattern: 'wrong_form',
  format: 'wrong_form',
  multipleOf: 'wrong_form',
  anyOf: 'wrong_form',
};

const MIN_KEYS = ['minLength', 'minItems', 'minimum', 'exclusiveMinimum'];
const MAX_KEYS = ['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum'];

/** The range behind a code, as far as it has one; of a union, that of the branch that found fault. */
const limitsOf = (code: FaultCode, node: Node | undefined): FieldFault['limits'] => {
  if (!node) return undefined;
  if (code === 'not_one_of') {
    const words = (node['enum'] as unknown[] | undefined) ?? ('const' in node ? [node['const']] : []);
    return { allowed: words.map(String) };
  }
  if (code !== 'too_short' && code !== 'too_long' && code !== 'out_of_range') return undefined;
  const numberOf = (keys: readonly string[]) =>
    keys.map((key) => node[key]).find((bound) => typeof bound === 'number');
  const [min, max] = [numberOf(MIN_KEYS), numberOf(MAX_KEYS)];
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
};

const faultOf = (finding: Finding, value: unknown): string => {
  switch (finding.keyword) {
    case 'type':
      return `is ${kindOf(value)}`;
    case 'minLength':
    case 'maxLength':
      return `has ${[...String(value)].length} characters`;
    case 'minItems':
    case 'maxItems':
      return `has ${(value as unknown[]).length} entries`;
    case 'uniqueItems':
      return 'has an entry twice';
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return 'is out of range';
    case 'enum':
    case 'const':
      return 'is not one of the allowed values';
    default:
      return 'does not fit';
  }
};

const withRange = (fault: string, node: Node | undefined): string => {
  const range = node ? rangeOf(node) : undefined;
  return range === undefined ? fault : `${fault}; must be ${range}`;
};

/** What a schema allows, in words; undefined where it says nothing that words could. */
const rangeOf = (node: Node): string | undefined => {
  if (Array.isArray(node['anyOf']))
    return (node['anyOf'] as Node[]).map((branch) => rangeOf(branch) ?? 'of another shape').join(' or ');
  if (Array.isArray(node['enum'])) return `one of ${(node['enum'] as unknown[]).join(', ')}`;
  if ('const' in node) return JSON.stringify(node['const']);
  switch (node['type']) {
    case 'string':
      return stringRange(node);
    case 'integer':
      return `a whole number${between(node, 'minimum', 'maximum')}`;
    case 'number':
      return `a number${between(node, 'minimum', 'maximum')}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list${between(node, 'minItems', 'maxItems', ' entries')}${node['uniqueItems'] === true ? ', each once' : ''}`;
    case 'object':
      return 'an object';
    default:
      return undefined;
  }
};

const stringRange = (node: Node): string => {
  if (typeof node['description'] === 'string') return node['description'];
  if (typeof node['format'] === 'string') return FORMATS[node['format']] ?? `of the format ${node['format']}`;
  const pattern = typeof node['pattern'] === 'string' ? `, in the form ${node['pattern']}` : '';
  return `a text${between(node, 'minLength', 'maxLength', ' characters')}${pattern}`;
};

const between = (node: Node, leastKey: string, mostKey: string, unit = ''): string => {
  const { [leastKey]: least, [mostKey]: most } = node as Record<string, number | undefined>;
  if (least !== undefined && most !== undefined) return ` of ${least} to ${most}${unit}`;
  if (least !== undefined) return ` of at least ${least}${unit}`;
  if (most !== undefined) return ` of at most ${most}${unit}`;
  return '';
};

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'a text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'an object'
  );
};

const segments = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

const dotted = (instancePath: string): string => segments(instancePath).join('.');
const join = (field: string, name: string): string => (field === '' ? name : `${field}.${name}`);

const nodeAt = (schema: unknown, schemaPath: string): Node | undefined =>
  at(schema, schemaPath.replace(/^#/, '')) as Node | undefined;

const property = (node: Node | undefined, name: string): Node | undefined =>
  (node?.['properties'] as Record<string, Node> | undefined)?.[name];

const at = (root: unknown, path: string): unknown =>
  segments(path).reduce<unknown>(
    (value, segment) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[segment] : undefined,
    root,
  );
