import { isBlank } from '@siaga/shared';

/** What a form is for. */
export type DraftKind = 'acknowledge' | 'comment';

export interface DraftPlace {
  kind: DraftKind;
  /** Whose it is: the next person at this browser finds nothing of it. */
  userId: string;
  ticketId: string;
}

export interface Drafts {
  /** What was typed and not sent; empty where there is nothing. */
  read(place: DraftPlace): string;
  /** Keeps the text; an empty one drops the draft. */
  keep(place: DraftPlace, text: string): void;
  drop(place: DraftPlace): void;
  /** The form that stood open in this tab. */
  openForm(userId: string): { kind: DraftKind; ticketId: string } | undefined;
  setOpenForm(userId: string, form: { kind: DraftKind; ticketId: string } | undefined): void;
}

const keyOf = ({ kind, userId, ticketId }: DraftPlace): string => `siaga.draft.${kind}.${userId}.${ticketId}`;
const formKey = (userId: string): string => `siaga.form.${userId}`;

/**
 * Texts on their way, in the tab's own storage: they outlive a reload and the end of a session, and two tabs at the
 * same incident do not overwrite each other. Where the browser forbids storage they live as long as the page.
 */
export const createDrafts = (storage: () => Storage): Drafts => {
  const memory = new Map<string, string>();
  const read = (key: string): string | undefined => {
    try {
      return storage().getItem(key) ?? memory.get(key);
    } catch {
      return memory.get(key);
    }
  };
  const write = (key: string, text: string): void => {
    if (text === '') memory.delete(key);
    else memory.set(key, text);
    try {
      if (text === '') storage().removeItem(key);
      else storage().setItem(key, text);
    } catch {
      return;
    }
  };
  return {
    read: (place) => read(keyOf(place)) ?? '',
    keep: (place, text) => write(keyOf(place), isBlank(text) ? '' : text),
    drop: (place) => write(keyOf(place), ''),
    openForm(userId) {
      const [kind, ticketId] = (read(formKey(userId)) ?? '').split('/');
      return (kind === 'acknowledge' || kind === 'comment') && ticketId ? { kind, ticketId } : undefined;
    },
    setOpenForm: (userId, form) => write(formKey(userId), form ? `${form.kind}/${form.ticketId}` : ''),
  };
};

/** The drafts of this tab. */
export const drafts = createDrafts(() => sessionStorage);
