import { expect, it } from 'vitest';
import { createSending } from '../../../web/src/incidents/sending.js';

const store = (): Storage => {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  } as Storage;
};

it('a text that is sent again has its id, also after a reload', () => {
  const storage = store();
  const id = createSending(() => storage).idOf('t1', 'words');
  expect(createSending(() => storage).idOf('t1', 'words')).toBe(id);
});

it('another text, another ticket, and the same words after an answer are other comments', () => {
  const storage = store();
  const sending = createSending(() => storage);
  const id = sending.idOf('t1', 'words');
  expect(sending.idOf('t2', 'words')).not.toBe(id);
  sending.done('t1');
  const second = sending.idOf('t1', 'words');
  expect(second).not.toBe(id);
  expect(sending.idOf('t1', 'words!')).not.toBe(second);
});

it('works where the browser forbids storage', () => {
  const sending = createSending(() => {
    throw new Error('forbidden');
  });
  const id = sending.idOf('t1', 'words');
  expect(sending.idOf('t1', 'words')).toBe(id);
  sending.done('t1');
  expect(sending.idOf('t1', 'words')).not.toBe(id);
});
