import { msg } from '@lit/localize';
import { isBlank, type FieldFault } from '@siaga/shared';
import { faultWords } from '../i18n/fault-words.js';
import { getLocale } from '../locales/localization.js';

/** What is wrong with each field of a form, by the field's name on the wire. */
export type Faults = Record<string, string>;

/** The hub's faults by field, in the page's language; a nested field keeps its first part's name. */
export const faultsByField = (faults: readonly FieldFault[], locale: string = getLocale()): Faults => {
  const byField: Faults = {};
  for (const fault of faults) {
    const field = fault.field.replace(/^\/?(body[./])?/, '').split(/[./]/)[0] ?? fault.field;
    byField[field] ??= faultWords({ ...fault, field }, locale);
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
  isBlank(value) ? msg('This is needed.') : undefined;

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

/** A number may be left out; where given it lies within the range. A comma counts as a point. */
export const numberOf = (text: string): number =>
  text.trim() === '' ? NaN : Number(text.trim().replace(',', '.'));

export const rangeFault = (text: string, min: number, max: number, locale: string): string | undefined => {
  if (text.trim() === '') return undefined;
  const value = numberOf(text);
  if (Number.isNaN(value)) return msg('Enter a number.');
  return value >= min && value <= max
    ? undefined
    : faultWords({ field: '', message: '', code: 'out_of_range', limits: { min, max } }, locale);
};
