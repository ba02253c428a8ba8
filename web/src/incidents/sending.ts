import { v7 as uuidv7 } from 'uuid';

/** The comments on their way: an id each, kept until the hub has answered that it has it. */
export interface Sending {
  /** The id of this very text on this ticket; a new one where the text is another. */
  idOf(ticketId: string, content: string): string;
  /** The hub has it: the same words once more are another comment. */
  done(ticketId: string): void;
}

const keyOf = (ticketId: string): string => `siaga.sending.${ticketId}`;

/** In the tab's own storage, so that a reload in between makes no second comment; else for as long as the page lives. */
export const createSending = (storage: () => Storage): Sending => {
  const memory = new Map<string, string>();
  const read = (key: string): string | undefined => {
    try {
      return storage().getItem(key) ?? memory.get(key);
    } catch {
      return memory.get(key);
    }
  };
  return {
    idOf(ticketId, content) {
      const key = keyOf(ticketId);
      const known = read(key);
      // A UUID has 36 characters; behind it stands the text.
      if (known?.slice(36) === content) return known.slice(0, 36);
      const id = uuidv7();
      memory.set(key, id + content);
      try {
        storage().setItem(key, id + content);
      } catch {
        return id;
      }
      return id;
    },
    done(ticketId) {
      memory.delete(keyOf(ticketId));
      try {
        storage().removeItem(keyOf(ticketId));
      } catch {
        return;
      }
    },
  };
};

/** Those of this tab. */
export const sending = createSending(() => sessionStorage);
