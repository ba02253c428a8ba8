/** One server-sent event, as the wire gave it. */
export interface SseEvent {
  id: string;
  name: string;
  data: string;
}

/**
 * Reads a text/event-stream piece by piece: answers the events that a piece completes. Comments (the heartbeat) answer
 * nothing, yet their bytes are the sign of life that EventSource would hide; hence this reader.
 */
export const createSseParser = (): ((piece: string) => SseEvent[]) => {
  /** Pieces of a line that has not ended: joined once, as a snapshot of megabytes comes in hundreds of them. */
  let rest: string[] = [];
  let id = '';
  let name = '';
  let data: string[] = [];

  const take = (line: string, events: SseEvent[]): void => {
    if (line === '') {
      if (data.length > 0) events.push({ id, name: name || 'message', data: data.join('\n') });
      name = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  };

  return (piece) => {
    const events: SseEvent[] = [];
    // A carriage return at the very end may be half of a line break: it waits for the next piece.
    const held = rest.at(-1) === '\r' ? (rest.pop() ?? '') : '';
    const text = held + piece;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    const unfinished = lines.pop() ?? '';
    for (const line of lines) {
      take(rest.length === 0 ? line : rest.join('') + line, events);
      rest = [];
    }
    if (unfinished !== '') rest.push(unfinished);
    if (text.length > whole.length) rest.push('\r');
    return events;
  };
};
