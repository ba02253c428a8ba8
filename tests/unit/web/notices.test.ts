import { describe, expect, test } from 'vitest';
import { createNotices } from '../../../web/src/app/notices.js';
import { createManualClock } from '../../support/manual-clock.js';

const harness = () => {
  const clock = createManualClock();
  const notices = createNotices(clock);
  const texts = (): string[] => notices.shown.value.map(({ text }) => text);
  const done: string[] = [];
  const action = (name: string) => ({ label: 'Undo', run: () => void done.push(name) });
  return { clock, notices, texts, done, action };
};

describe('a notice', () => {
  test('leaves after six seconds, with an action after ten', () => {
    const { clock, notices, texts, action } = harness();
    notices.show('plain');
    notices.show('deleted', action('a'));
    clock.advance(5999);
    expect(texts()).toEqual(['plain', 'deleted']);
    clock.advance(1);
    expect(texts()).toEqual(['deleted']);
    clock.advance(4000);
    expect(texts()).toEqual([]);
  });

  test('waits while it is held, and has what was left of its time afterwards', () => {
    const { clock, notices, texts, action } = harness();
    notices.show('deleted', action('a'));
    clock.advance(9000);
    notices.hold();
    notices.hold();
    clock.advance(60_000);
    expect(texts()).toEqual(['deleted']);
    notices.release();
    clock.advance(999);
    expect(texts()).toEqual(['deleted']);
    clock.advance(1);
    expect(texts()).toEqual([]);
  });

  test('that comes while others are held waits with them', () => {
    const { clock, notices, texts } = harness();
    notices.show('first');
    notices.hold();
    notices.show('second');
    clock.advance(60_000);
    expect(texts()).toEqual(['first', 'second']);
    notices.release();
    clock.advance(6000);
    expect(texts()).toEqual([]);
  });

  test('is undone once', () => {
    const { notices, texts, done, action } = harness();
    notices.show('one', action('one'));
    notices.show('two', action('two'));
    const [first] = notices.shown.value;
    notices.act(first?.serial ?? 0);
    notices.act(first?.serial ?? 0);
    expect(done).toEqual(['one']);
    expect(texts()).toEqual(['two']);
  });

  test('of four the oldest makes room', () => {
    const { notices, texts } = harness();
    for (const text of ['1', '2', '3', '4']) notices.show(text);
    expect(texts()).toEqual(['2', '3', '4']);
  });
});

test('the next person sees nothing of the one before, and no timer is left', () => {
  const { clock, notices, texts, action } = harness();
  notices.show('deleted', action('a'));
  notices.speak('New incident');
  notices.hold();
  notices.clear();
  expect(texts()).toEqual([]);
  expect(notices.spoken.value).toBeUndefined();
  notices.show('next');
  clock.advance(6000);
  expect(texts()).toEqual([]);
});

test('the same words twice are two notices', () => {
  const { notices } = harness();
  const heard: unknown[] = [];
  notices.spoken.subscribe((notice) => heard.push(notice));
  notices.speak('again');
  notices.speak('again');
  expect(heard).toHaveLength(2);
});
