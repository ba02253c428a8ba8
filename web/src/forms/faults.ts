import { msg } from '@lit/localize';
import type { FieldFault } from '@siaga/shared';

/** What is wrong with each field of a form, by the field's name on the wire. */
export type Faults = Record<string, string>;

/** The hub's faults by field; a nested or unknown field keeps its first part's name. */
export const faultsByField = (faults: readonly FieldFault[]): Faults => {
  const byField: Faults = {};
  for (const { field, message } of faults) {
    const name = field.replace(/^\/?(body[./])?/, '').split(/[./]/)[0] ?? field;
    byField[name] ??= message;
  }
  return byField;
};

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether it can be an IP address at all; the hub has the last word. */
export const looksLikeAddress = (text: string): boolean =>
  IPV4.test(text) || (text.includes(':') && IPV6_CHARACTERS.test(text));

export const requiredFault = (value: string): string | undefined =>
  value.trim() === '' ? msg('This is needed.') : undefined;

export const addressFault = (value: string): string | undefined =>
  requiredFault(value) ??
  (looksLikeAddress(value.trim()) ? undefined : msg('Enter an IPv4 or IPv6 address, like 10.20.30.40.'));

/** A code may be left out; where given it has letters, digits, dot, hyphen and underscore. */
export const codeFault = (value: string): string | undefined =>
  value.trim() === '' || CODE.test(value.trim())
    ? undefined
    : msg('Only letters, digits, dot, hyphen and underscore, beginning with a letter or digit.');

/** Only those that are faults. */
export const presentFaults = (faults: Readonly<Record<string, string | undefined>>): Faults => {
  const present: Faults = {};
  for (const [name, fault] of Object.entries(faults)) if (fault !== undefined) present[name] = fault;
  return present;
};
