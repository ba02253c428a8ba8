import { describe, expect, test } from 'vitest';
import { createGate, createSound, type Tone } from '../../../web/src/app/sound.js';

describe('the sound', () => {
  const harness = (options: { allowed?: boolean; recalled?: boolean } = {}) => {
    const played: number[] = [];
    const browser = { allowed: options.allowed ?? true, asks: options.allowed ?? true, nowMs: 0 };
    const remembered: boolean[] = [];
    let gesture: (() => void) | undefined;
    const tone: Tone = {
      isAllowed: () => browser.allowed,
      allow: () => {
        browser.allowed = browser.asks;
        return Promise.resolve(browser.allowed);
      },
      play: () => played.push(browser.nowMs),
    };
    const sound = createSound({
      tone,
      nowMs: () => browser.nowMs,
      recall: () => options.recalled ?? false,
      remember: (on) => remembered.push(on),
      onGesture: (callback) => {
        gesture = callback;
        return () => (gesture = undefined);
      },
    });
    return { sound, played, browser, remembered, press: () => gesture?.() };
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  test('is off by default: nothing sounds', () => {
    const { sound, played } = harness();
    sound.start();
    sound.alarm();
    expect(sound.state.value).toBe('off');
    expect(played).toEqual([]);
  });

  test('switching it on plays a sample and is remembered; off again is silence', async () => {
    const { sound, played, remembered } = harness();
    sound.toggle();
    await settled();
    expect([sound.state.value, played.length, remembered]).toEqual(['on', 1, [true]]);
    sound.toggle();
    sound.alarm();
    expect([sound.state.value, played.length, remembered]).toEqual(['off', 1, [true, false]]);
  });

  test('what the browser blocks in spite of a click is switched off by the next', async () => {
    const { sound, played, remembered, press, browser } = harness({ allowed: false });
    sound.toggle();
    await settled();
    expect(sound.state.value).toBe('blocked');
    sound.toggle();
    await settled();
    expect([sound.state.value, remembered]).toEqual(['off', [true, false]]);
    browser.asks = true;
    press();
    await settled();
    sound.alarm();
    expect([sound.state.value, played]).toEqual(['off', []]);
  });

  test('sounds at most once in ten seconds', () => {
    const { sound, played, browser } = harness({ recalled: true });
    sound.start();
    for (const nowMs of [0, 100, 9_999, 10_000, 12_000, 25_000]) {
      browser.nowMs = nowMs;
      sound.alarm();
    }
    expect(played).toEqual([0, 10_000, 25_000]);
  });

  test('says that the browser holds it back, and is ready after the next click', async () => {
    const { sound, played, browser, press } = harness({ allowed: false, recalled: true });
    sound.start();
    expect(sound.state.value).toBe('blocked');
    sound.alarm();
    expect(played).toEqual([]);
    browser.asks = true;
    press();
    await settled();
    expect(sound.state.value).toBe('on');
    sound.alarm();
    expect(played).toHaveLength(1);
  });

  test('a click on the switch while it is held back allows it instead of switching it off', async () => {
    const { sound, played, browser } = harness({ allowed: false, recalled: true });
    sound.start();
    browser.asks = true;
    sound.toggle();
    await settled();
    expect([sound.state.value, played.length]).toEqual(['on', 1]);
  });

  test('tells when the browser takes the sound away later', () => {
    const { sound, played, browser } = harness({ recalled: true });
    sound.start();
    browser.allowed = false;
    sound.alarm();
    expect([sound.state.value, played.length]).toEqual(['blocked', 0]);
  });

  test('a clock set back does not silence it', () => {
    const gate = createGate(10_000);
    expect([gate(100_000), gate(101_000), gate(5_000), gate(6_000)]).toEqual([true, false, true, false]);
  });
});
