/// <reference types="vite/client" />
import { ContextProvider } from '@lit/context';
import type { LitElement } from 'lit';
import { afterEach } from 'vitest';
import { createHubClock } from '../../web/src/app/clock.js';
import { createPreferences } from '../../web/src/app/preferences.js';
import { createRouter } from '../../web/src/app/router.js';
import { servicesContext, type Services } from '../../web/src/app/services.js';
import { createLiveStore } from '../../web/src/live/store.js';
import { setLocale } from '../../web/src/locales/localization.js';
import '../../web/src/styles/tokens.css';
import '../../web/src/styles/webawesome.css';
import '../../web/src/styles/global.css';

/** A place on a page with the app's own parts behind it; only the time is the test's to say. */
export interface Stage {
  /** Where elements stand. */
  root: HTMLElement;
  services: Services;
  /** Lets time pass, 2 s at least, and tells everybody. */
  pass(ms: number): void;
  /** Puts an element there and waits until it has drawn itself. */
  put<T extends LitElement>(element: T): Promise<T>;
}

const stages: HTMLElement[] = [];

export const openStage = (language: 'en' | 'id' = 'en'): Stage => {
  const nowMs = Date.parse('2026-03-01T02:00:00.000Z');
  const clock = createHubClock(() => nowMs);
  const services = {
    clock,
    preferences: createPreferences(),
    router: createRouter(),
    store: createLiveStore((callback) => requestAnimationFrame(callback)),
  } as Partial<Services> as Services;
  const root = document.createElement('div');
  root.style.width = '600px';
  new ContextProvider(root, { context: servicesContext, initialValue: services });
  document.documentElement.lang = language;
  document.body.append(root);
  stages.push(root);
  return {
    root,
    services,
    pass: (ms) => {
      // The hub's word tells the time to everybody at once.
      clock.correct(clock.nowMs() + ms);
    },
    put: async (element) => {
      await setLocale(language);
      root.append(element);
      await element.updateComplete;
      return element;
    },
  };
};

/** The text that a person sees, its blanks made one. */
export const textOf = (element: Element): string =>
  ((element.shadowRoot ?? element).textContent ?? '').replaceAll(/\s+/g, ' ').trim();

export const inside = <T extends Element>(element: Element, selector: string): T => {
  const found = (element.shadowRoot ?? element).querySelector<T>(selector);
  if (!found) throw new Error(`there is no ${selector} in ${element.localName}`);
  return found;
};

export const nextFrame = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

afterEach(() => {
  for (const root of stages.splice(0)) root.remove();
});
