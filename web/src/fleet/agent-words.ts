import { msg, str } from '@lit/localize';
import type { Agent, LiveAgent } from '@siaga/shared';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { probeWord } from '../i18n/words.js';

/** A clock further off than this is worth a word (detection.md, rule 15). */
const CLOCK_OFF_MS = 2000;

/** An agent as it is now: as it was asked for, over it what the feed has told since; it was heard when either says last. */
export const agentNow = (asked: Agent, live: LiveAgent | undefined): Agent => {
  if (!live) return asked;
  const heard = [asked.last_seen_at, live.last_seen_at].filter((at) => at !== null);
  // The hub's timestamps have the order of their text. The feed tells of an agent when its state changes, not each time
  // it is heard.
  return { ...asked, ...live, last_seen_at: heard.sort().at(-1) ?? null };
};

/** The notes that agents send of how they ping, in the page's language; of a newer agent its own English. */
export const probeNoteWords = (note: string): string => {
  const why = note.includes('raw sockets are not permitted')
    ? msg('raw sockets are not permitted (give Node CAP_NET_RAW)')
    : note.includes('net-ping is not installed')
      ? msg('net-ping is not installed (it needs a C toolchain when the agent is installed)')
      : undefined;
  if (why === undefined) return note;
  if (note.includes('nothing is probed'))
    return msg(str`${why}; the system’s ping does not work either: nothing is probed`);
  const most = /at most (\d+) cycles/.exec(note)?.[1];
  return most === undefined
    ? why
    : msg(
        str`${why}; each probe cycle is a process of the system’s ping: about 70 times the processor time, packets 0.2 s apart, at most ${most} cycles at once`,
      );
};

/** What of an agent's condition needs a word. */
export const agentNotes = (agent: Agent, locale: string): string[] => {
  const notes: string[] = [];
  if (agent.probe !== null && agent.probe !== 'raw') {
    notes.push(`${probeWord(agent.probe)}${agent.probe_note ? `: ${probeNoteWords(agent.probe_note)}` : ''}`);
  }
  if (agent.outbox_rows !== null && agent.outbox_rows > 0) {
    const rows = wholeNumber(agent.outbox_rows, locale);
    notes.push(msg(str`${rows} samples wait on its disk`));
  }
  if (agent.lost_samples !== null && agent.lost_samples > 0) {
    const lost = wholeNumber(agent.lost_samples, locale);
    notes.push(msg(str`${lost} samples were lost to a full disk`));
  }
  const offsetMs = agent.clock_offset_ms;
  if (offsetMs !== null && Math.abs(offsetMs) > CLOCK_OFF_MS) {
    const off = durationWords(Math.abs(offsetMs), locale);
    notes.push(offsetMs > 0 ? msg(str`Its clock is ${off} fast`) : msg(str`Its clock is ${off} slow`));
  }
  return notes;
};
