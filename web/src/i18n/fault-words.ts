import { msg, str } from '@lit/localize';
import type { FieldFault } from '@siaga/shared';
import { limitNumber } from './numbers.js';

type Limits = NonNullable<FieldFault['limits']>;

const rangeWords = ({ min, max }: Limits, locale: string): string | undefined => {
  if (min !== undefined && max !== undefined)
    return msg(str`Only from ${limitNumber(min, locale)} to ${limitNumber(max, locale)}.`);
  if (min !== undefined) return msg(str`At least ${limitNumber(min, locale)}.`);
  return max === undefined ? undefined : msg(str`At most ${limitNumber(max, locale)}.`);
};

const tooShort = ({ min }: Limits, locale: string): string | undefined => {
  if (min === undefined) return undefined;
  return min <= 1
    ? msg('This is needed.')
    : msg(str`Too short: at least ${limitNumber(min, locale)} characters.`);
};

/** The form that a field of this name wants. */
const formWords = (field: string): string | undefined => {
  switch (field) {
    case 'code':
      return msg('Only letters, digits, dot, hyphen and underscore, beginning with a letter or digit.');
    case 'address':
      return msg('Enter an IPv4 or IPv6 address, like 10.20.30.40.');
    default:
      return undefined;
  }
};

const wordsOf = ({ field, message, code, limits = {} }: FieldFault, locale: string): string | undefined => {
  switch (code) {
    case 'required':
      return msg('This is needed.');
    case 'unknown':
      return msg('This field is not known here.');
    case 'wrong_type':
      return msg('This is not the kind of value that belongs here.');
    case 'too_short':
      return tooShort(limits, locale);
    case 'too_long':
      return limits.max === undefined
        ? undefined
        : msg(str`Too long: at most ${limitNumber(limits.max, locale)} characters.`);
    case 'out_of_range':
      return rangeWords(limits, locale);
    case 'not_one_of':
      return limits.allowed === undefined || limits.allowed.length === 0
        ? undefined
        : msg(str`Only one of these: ${limits.allowed.join(', ')}.`);
    case 'wrong_form':
      // The hub's own words say more, where they can be read.
      return (
        formWords(field) ??
        (locale === 'en' && message !== '' ? undefined : msg('This is not in the form that belongs here.'))
      );
    case 'twice':
      return msg('The same is named twice.');
    case 'in_use':
      return field === 'address'
        ? msg('The agent already watches this address.')
        : msg('This is in use already.');
    case 'not_found':
      return msg('There is no such thing, or no longer.');
    case 'other':
    case undefined:
      return undefined;
  }
};

/** What is wrong with a field, in the page's language; the hub's English words where its code has none here. */
export const faultWords = (fault: FieldFault, locale: string): string =>
  wordsOf(fault, locale) ?? (fault.message === '' ? msg('This needs another look.') : fault.message);
