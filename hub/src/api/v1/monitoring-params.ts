import { Uuid } from '@siaga/shared';
import Type from 'typebox';

/** `/{id}` of everything under monitoring. */
export const IdParams = Type.Object({ id: Uuid }, { additionalProperties: false });
