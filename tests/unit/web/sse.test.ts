import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSseParser } from '../../../web/src/live/sse.js';

const read = (text: string) => createSseParser()(text);

describe('server-sent events', () => {
  test.each([
    // what comes, what is read
    [
      'a whole event',
      'id: r.1\nevent: device\ndata: {"a":1}\n\n',
      [{ id: 'r.1', name: 'device', data: '{"a":1}' }],
    ],
    ['a heartbeat', ': still here\n\n', []],
    ['data over lines', 'data: a\ndata: b\n\n', [{ id: '', name: 'message', data: 'a\nb' }]],
    ['carriage returns', 'event: x\r\ndata: y\r\n\r\n', [{ id: '', name: 'x', data: 'y' }]],
    ['no space after the colon', 'data:y\n\n', [{ id: '', name: 'message', data: 'y' }]],
    ['an event without data', 'event: x\n\n', []],
    ['an unknown field', 'colour: red\ndata: y\n\n', [{ id: '', name: 'message', data: 'y' }]],
    ['an event not yet ended', 'data: y\n', []],
    [
      'the id stays for the events after it',
      'id: 7\ndata: a\n\ndata: b\n\n',
      [
        { id: '7', name: 'message', data: 'a' },
        { id: '7', name: 'message', data: 'b' },
      ],
    ],
  ])('%s', (_name, text, events) => {
    expect(read(text)).toEqual(events);
  });

  test('however the pieces fall, the events are the same', () => {
    const text = 'id: r.1\r\nevent: device\r\ndata: {"a":1}\r\n\r\n: beat\n\nid: r.2\ndata: x\ndata: y\n\n';
    const whole = read(text);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
        const parse = createSseParser();
        const events = places.slice(1).flatMap((end, n) => parse(text.slice(places[n], end)));
        expect(events).toEqual(whole);
      }),
    );
  });
});
