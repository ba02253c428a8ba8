/** An open live feed, read as a board reads it. */
export interface Feed {
  /** Settles with an error where the stream broke, and when it was closed. */
  ended: Promise<void>;
  close(): void;
}

/**
 * Opens `/api/v1/live`; resolves once the answer has begun. `onEvent` gets each event's name, its data as JSON text, and
 * the moment its last byte arrived, by `performance.now()`.
 */
export const openFeed = async (
  url: string,
  token: string,
  onEvent: (name: string, data: string, atMs: number) => void,
): Promise<Feed> => {
  const stop = new AbortController();
  const answer = await fetch(`${url}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  if (!answer.ok || !answer.body) throw new Error(`the live feed answers ${answer.status}`);
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const atMs = performance.now();
      rest += decoder.decode(chunk, { stream: true });
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (name !== undefined && data !== undefined) onEvent(name, data, atMs);
      }
    }
  };
  const ended = read(answer.body).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  ended.catch(() => undefined);
  return { ended, close: () => stop.abort() };
};
