import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';

/**
 * `fields` of lists and single objects (seed 004 §16.2). A route takes part by having `fields` in its query's schema;
 * which names there are is read from the schema of its answer.
 */

type Node = Record<string, unknown>;

interface Selection {
  names: readonly string[];
  /** The answer's schema with objects of which nothing is required, for the serialiser. */
  partial: Node;
  /** The same for the API's document: the whole object, or some of its fields. */
  documented: Node;
}

const selections = new WeakMap<object, Selection>();

interface RouteSchema {
  querystring?: unknown;
  response?: unknown;
}

/** What can be selected of a route's answer; undefined where the route takes no `fields`. */
export const selectionOf = (schema: RouteSchema | undefined): Selection | undefined => {
  if (!schema || !propertiesOf(schema.querystring)?.['fields']) return undefined;
  const answer = (schema.response as Record<string, Node> | undefined)?.['200'];
  if (!answer) return undefined;
  let selection = selections.get(answer);
  if (!selection) selections.set(answer, (selection = read(answer)));
  return selection;
};

const read = (answer: Node): Selection => {
  const data = propertiesOf(answer)?.['data'] as Node;
  const isList = data['type'] === 'array';
  const item = (isList ? data['items'] : data) as Node;
  const { required: _required, ...rest } = item;
  const some: Node = { ...rest, description: 'With `fields`: only those asked for' };
  const around = (inner: Node): Node => ({
    ...answer,
    properties: { ...propertiesOf(answer), data: isList ? { ...data, items: inner } : inner },
  });
  return {
    names: Object.keys(propertiesOf(item) ?? {}),
    partial: around(some),
    documented: around({ anyOf: [item, some] }),
  };
};

const propertiesOf = (node: unknown): Record<string, unknown> | undefined =>
  (node as { properties?: Record<string, unknown> } | undefined)?.properties;

const askedOf = (request: FastifyRequest): string[] | undefined => {
  const { fields } = request.query as { fields?: unknown };
  return typeof fields === 'string' ? fields.split(',') : undefined;
};

/** Throws VALIDATION_ERROR where a name is none of the answer's. */
export const checkFields = (request: FastifyRequest): void => {
  const selection = selectionOf(request.routeOptions.schema);
  if (!selection) return;
  const unknown = (askedOf(request) ?? []).filter((name) => !selection.names.includes(name));
  if (unknown.length === 0) return;
  const allowed = selection.names.join(', ');
  throw new DomainError('VALIDATION_ERROR', {
    fields: [
      {
        field: 'fields',
        message: `names no field of the answer: ${unknown.join(', ')}; must be some of ${allowed}`,
        code: 'not_one_of',
        limits: { allowed: [...selection.names] },
      },
    ],
  });
};

/** The answer with only the fields asked for, if any were; it is then serialised by a schema that requires none. */
export const selectFields = <T extends { data: unknown }>(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: T,
): T => {
  const selection = selectionOf(request.routeOptions.schema);
  const asked = selection && askedOf(request);
  if (!asked) return answer;
  const names = new Set(asked);
  const pick = (object: unknown): unknown =>
    Object.fromEntries(Object.entries(object as object).filter(([name]) => names.has(name)));
  reply.serializer(reply.compileSerializationSchema(selection.partial));
  return { ...answer, data: Array.isArray(answer.data) ? answer.data.map(pick) : pick(answer.data) };
};
