import { msg } from '@lit/localize';
import type { Evidence, TicketHistoryEntry } from '@siaga/shared';
import { reasonWords } from '../i18n/reason-words.js';
import { changedFieldWord, priorityWord, statusWord } from '../i18n/words.js';
import { V1_PRIORITY_WORDS, V1_STATUS_WORDS } from './wire-words.js';

/** What the evidence says, in the page's own sentence: the hub's description is English. */
export const evidenceWords = ({ reason, cycles }: Evidence, locale: string): string =>
  reasonWords(reason, cycles.length < 2 ? {} : { cycles: cycles.length }, locale);

const valueWords = (field: string, value: unknown): string => {
  if (value === null || value === undefined || value === '') return '–';
  if (field === 'status' || field === 'state') {
    const status = V1_STATUS_WORDS.find((word) => word === value);
    return status === undefined ? msg('another one') : statusWord(status);
  }
  if (field === 'priority') {
    const priority = V1_PRIORITY_WORDS.find((word) => word === value);
    return priority === undefined ? msg('another one') : priorityWord(priority);
  }
  if (typeof value === 'object' && 'name' in value) return String(value.name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '…';
};

/** "Priority: medium → high", a line a field; fields that people know by no name are left out. */
export const changesWords = ({ changes }: Pick<TicketHistoryEntry, 'changes'>): string[] =>
  Object.entries(changes).flatMap(([field, { from, to }]) => {
    const name = changedFieldWord(field);
    return name === undefined ? [] : [`${name}: ${valueWords(field, from)} → ${valueWords(field, to)}`];
  });

/** Why: a code of detection in words, what a person wrote as it is. */
export const entryReason = ({ actor, reason }: TicketHistoryEntry, locale: string): string | undefined =>
  reason === null || reason === '' ? undefined : actor === null ? reasonWords(reason, {}, locale) : reason;
