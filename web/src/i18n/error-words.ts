import { msg, str } from '@lit/localize';
import {
  PRECONDITION_FAILED,
  SESSION_CHANGED,
  UNREACHABLE,
  UNREADABLE,
  type ApiError,
} from '../http/api-error.js';
import { faultWords } from './fault-words.js';
import { wholeNumber } from './numbers.js';
import { durationWords } from './time.js';

/** The right that was lacking, as the hub names it: "You lack the permission tickets:write". */
const lackingRight = ({ message }: ApiError): string | undefined => /[a-z_]+:[a-z_]+/.exec(message)?.[0];

/** A number of things that stand in the way, e.g. "3 devices" of "Site BDG still has 1 agent and 3 devices; …". */
const inTheWay = ({ message }: ApiError, locale: string): string | undefined => {
  const agents = /\b(\d+) agents?\b/.exec(message)?.[1];
  const devices = /\b(\d+) devices?\b/.exec(message)?.[1];
  const shown = (digits: string): string => wholeNumber(Number(digits), locale);
  if (agents !== undefined && devices !== undefined)
    return msg(
      str`Agents (${shown(agents)}) and devices (${shown(devices)}) still belong to it: move or delete them first.`,
    );
  if (agents !== undefined)
    return msg(str`Agents (${shown(agents)}) still belong to it: move or delete them first.`);
  return devices === undefined
    ? undefined
    : msg(str`Devices (${shown(devices)}) still belong to it: move or delete them first.`);
};

/** The hub's sentence is English and names what is known here by codes too: these are told in the page's language. */
const conflictWords = (error: ApiError, locale: string): string => {
  if (error.fields.length > 0) {
    const faults = error.fields.map((fault) => faultWords(fault, locale)).join(' ');
    return msg(str`This clashes with something that exists. ${faults}`);
  }
  const obstacle = inTheWay(error, locale);
  if (obstacle !== undefined) return obstacle;
  return locale === 'en' && error.message !== ''
    ? msg(str`This clashes with something that exists: ${error.message}`)
    : msg('This clashes with something that exists.');
};

/** What went wrong and what helps, in a sentence. The code stands beside it for whoever is asked for help. */
export const errorWords = (error: ApiError, locale: string): string => {
  const wait = error.retryAfterS === undefined ? undefined : durationWords(error.retryAfterS * 1000, locale);
  switch (error.code) {
    case UNREACHABLE:
      if (error.mayBeDone)
        return msg(
          'Siaga cannot be reached. What you sent may have been saved all the same: look whether it was before you try again.',
        );
      return msg('Siaga cannot be reached. Check your network; if that is fine, the server may be starting.');
    case UNREADABLE:
      if (error.mayBeDone)
        return msg(
          'The answer could not be read. What you sent may have been saved all the same: look whether it was before you try again.',
        );
      return msg('The answer could not be read. Something between you and Siaga may have changed it.');
    case 'INVALID_CREDENTIALS':
      return msg('That account and password do not match. Check for typing mistakes and Caps Lock.');
    case 'ACCOUNT_LOCKED':
      return wait === undefined
        ? msg(
            'Too many failed sign-ins: the account is locked for a while. Try again later, or ask an administrator.',
          )
        : msg(str`Too many failed sign-ins: the account is locked. Try again in ${wait}.`);
    case 'RATE_LIMIT_EXCEEDED':
      return wait === undefined
        ? msg('Too many requests. Wait a moment, then try again.')
        : msg(str`Too many requests. Try again in ${wait}.`);
    case 'AUTHENTICATION_REQUIRED':
      return msg('Your session has ended. Sign in again.');
    case SESSION_CHANGED:
      return msg('This was not done: another person has signed in meanwhile.');
    case PRECONDITION_FAILED:
      return msg('Somebody else has changed this meanwhile. Load it again to see what it is now.');
    case 'INSUFFICIENT_PERMISSIONS': {
      const right = lackingRight(error);
      return right === undefined
        ? msg('You lack the right for this. An administrator can grant it.')
        : msg(str`You lack the right “${right}” for this. An administrator can grant it.`);
    }
    case 'ORIGIN_REFUSED':
      return msg('The request came from another address than Siaga expects. Open it at its own address.');
    case 'RESOURCE_NOT_FOUND':
      return msg('This is not here. It may have been deleted, or the address is wrong.');
    case 'RESOURCE_CONFLICT':
      return conflictWords(error, locale);
    case 'VALIDATION_ERROR':
      return msg('Some fields need another look.');
    case 'SERVICE_UNAVAILABLE':
      if (error.mayBeDone)
        return msg(
          'A part of Siaga is away. What you sent may have been saved all the same: look whether it was before you try again.',
        );
      return wait === undefined
        ? msg('A part of Siaga is away. Try again soon.')
        : msg(str`A part of Siaga is away. Try again in ${wait}.`);
    case 'INTERNAL_SERVER_ERROR':
      return msg('Siaga met an error of its own. It is in the log; trying again may help.');
    default:
      return error.message === '' ? msg('Something went wrong.') : error.message;
  }
};
