import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons, type IconName } from '../components/icons.js';
import '../components/siaga-mark.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { wholeNumber } from '../i18n/numbers.js';
import { Watch } from './observable.js';
import type { Route } from './routes.js';
import { SiagaElement } from './siaga-element.js';
import { countForTab } from './tab-signs.js';

interface Entry {
  to: string;
  icon: IconName;
  words: string;
  pages: readonly Route['page'][];
}

/** The way around: a rail at the left, a bar at the bottom of a phone. */
@customElement('siaga-rail')
export class SiagaRail extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        background: var(--rail-ground);
        color: var(--rail-text);
      }
      .home {
        display: grid;
        place-items: center;
        height: var(--bar);
      }
      .skip {
        position: fixed;
        top: var(--space-2);
        inset-inline-start: var(--space-2);
        z-index: 20;
        padding: var(--space-2) var(--space-4);
        border: 0;
        background: var(--surface);
        color: var(--brand);
        font: inherit;
        cursor: pointer;
        box-shadow: var(--shadow-raised);
      }
      .skip:not(:focus) {
        /* Fixed it would be a layer, and make one of each thing after it. */
        position: absolute;
        clip-path: inset(50%);
        width: 1px;
        height: 1px;
        padding: 0;
        overflow: hidden;
        white-space: nowrap;
      }
      nav {
        display: flex;
        flex-direction: column;
        gap: var(--space-1);
        padding: var(--space-2);
      }
      nav a {
        position: relative;
        display: grid;
        justify-items: center;
        gap: 2px;
        padding: var(--space-2) 2px;
        border-radius: var(--radius-m);
        color: inherit;
        font-size: var(--text-xs);
        text-decoration: none;
        text-align: center;
        transition: background var(--motion);
      }
      nav a:hover {
        color: #ffffff;
      }
      nav a[aria-current] {
        background: var(--rail-active);
        color: #ffffff;
      }
      nav a:focus-visible {
        outline-color: #ffffff;
        outline-offset: -2px;
      }
      .count {
        position: absolute;
        top: 2px;
        inset-inline-end: 10px;
        min-width: 1.25rem;
        padding: 0 5px;
        border-radius: 999px;
        background: #c5221b;
        color: #ffffff;
        font-weight: 600;
        line-height: 1.25rem;
      }
      @media (max-width: 40rem) {
        :host {
          padding-block-end: env(safe-area-inset-bottom);
        }
        .home,
        .skip {
          display: none;
        }
        nav {
          flex-direction: row;
          justify-content: space-around;
          padding: var(--space-1);
        }
        nav a {
          flex: 1 1 0;
        }
        .count {
          inset-inline-end: calc(50% - 28px);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0,
    );
  }

  private entries(): Entry[] {
    return [
      { to: '/', icon: 'board', words: msg('Board'), pages: ['board'] },
      { to: '/incidents', icon: 'incidents', words: msg('Incidents'), pages: ['incidents', 'incident'] },
      { to: '/devices', icon: 'devices', words: msg('Devices'), pages: ['devices', 'device'] },
      { to: '/fleet/sites', icon: 'fleet', words: msg('Sites'), pages: ['sites'] },
      { to: '/fleet/agents', icon: 'agent', words: msg('Agents'), pages: ['agents'] },
    ];
  }

  private skip(): void {
    this.dispatchEvent(new CustomEvent('siaga-skip'));
  }

  private renderCount(): TemplateResult | typeof nothing {
    const { incidents } = this.services.store.state;
    if (incidents.size === 0) return nothing;
    // As on the tab: what somebody has taken note of wants no hand.
    const { count } = countForTab(incidents.values());
    const [waiting, open] = [wholeNumber(count, this.locale), wholeNumber(incidents.size, this.locale)];
    return html`${count === 0 ? nothing : html`<span class="count" aria-hidden="true">${waiting}</span>`}
      <span class="visually-hidden">${msg(str`${waiting} of ${open} unacknowledged`)}</span>`;
  }

  protected override render(): TemplateResult {
    const { page } = this.services.router.location.value.route;
    return html`<div class="home"><siaga-mark></siaga-mark></div>
      <nav aria-label=${msg('Main')}>
        <button type="button" class="skip" @click=${this.skip}>${msg('Skip to content')}</button>
        ${this.entries().map(
          ({ to, icon, words, pages }) =>
            html`<a href=${to} aria-current=${pages.includes(page) ? 'page' : nothing}>
              ${icons[icon]}<span>${words}</span>${icon === 'incidents' ? this.renderCount() : nothing}
            </a>`,
        )}
      </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-rail': SiagaRail;
  }
}
