import type { FaultCode } from '@siaga/shared';
import { DomainError, type Fault } from '../errors.js';

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);

/** Gathers what is wrong with a request, so that all of it is reported together. */
export interface Faults {
  /** `code` is `other` unless told. */
  add(field: string, message: string, code?: FaultCode): void;
  /** Throws VALIDATION_ERROR with every fault so far, if there is one. */
  throwIfAny(): void;
}

export const createFaults = (): Faults => {
  const fields: Fault[] = [];
  return {
    add: (field, message, code = 'other') => void fields.push({ field, message, code }),
    throwIfAny: () => {
      if (fields.length > 0) throw new DomainError('VALIDATION_ERROR', { fields });
    },
  };
};

/** Control characters (PostgreSQL cannot even hold NUL) have no place in a name, a code or a search. */
export const refuseControls = (faults: Faults, body: Readonly<Record<string, unknown>>): void => {
  for (const [field, value] of Object.entries(body)) {
    if (typeof value !== 'string') continue;
    for (const character of value) {
      if (!isControl(character.codePointAt(0) ?? 0)) continue;
      faults.add(field, 'must not contain control characters', 'wrong_form');
      break;
    }
  }
};

/** 404 in the words of what was asked for. */
export const notFound = (what: 'site' | 'agent' | 'device'): DomainError =>
  new DomainError('RESOURCE_NOT_FOUND', { message: `There is no such ${what}` });

/** 409 naming a field, and what it collides with (`in_use`) or lacks (`not_found`). */
export const conflict = (field: string, message: string, code: FaultCode = 'in_use'): DomainError =>
  new DomainError('RESOURCE_CONFLICT', { message, fields: [{ field, message, code }] });

/** The unique index that refused a write, or undefined where the error is another one. */
export const violatedIndex = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && error.code === '23505' && 'constraint' in error
    ? String(error.constraint)
    : undefined;

/** `3 devices`, `1 device`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
