import { FieldsQuery, Uuid } from '@siaga/shared';
import Type from 'typebox';

/** `/{id}` of everything under monitoring. */
export const IdParams = Type.Object({ id: Uuid }, { additionalProperties: false });

/** What a GET of a single object takes. */
export const OneQuery = Type.Object({ ...FieldsQuery }, { additionalProperties: false });
