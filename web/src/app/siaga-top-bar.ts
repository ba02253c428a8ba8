import { msg, str } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../components/icons.js';
import './siaga-display-switches.js';
import { errorWords } from '../i18n/error-words.js';
import { durationWords, exactTime, timeOfDay } from '../i18n/time.js';
import { toApiError } from '../http/api-error.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { SiagaElement } from './siaga-element.js';

/** Is what I see live, what time is it, in which language and light, and the way out. */
@customElement('siaga-top-bar')
export class SiagaTopBar extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        background: var(--surface);
        border-block-end: 1px solid var(--line);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--space-4);
        min-height: var(--bar);
        padding-inline: var(--space-6) var(--space-4);
      }
      .brand {
        font-size: var(--text-m);
        font-weight: 700;
        letter-spacing: 0.01em;
        margin-inline-end: auto;
      }
      .feed {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        white-space: nowrap;
        color: var(--text-quiet);
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--up-fill);
      }
      .feed.connecting .dot {
        background: transparent;
        box-shadow: inset 0 0 0 2px var(--unknown-fill);
      }
      .feed.cut {
        color: var(--degraded-text);
        font-weight: 600;
      }
      .feed.cut .dot {
        border-radius: 0;
        background: var(--degraded-fill);
        clip-path: polygon(50% 0, 100% 100%, 0 100%);
        width: 10px;
        height: 10px;
      }
      time {
        color: var(--text-quiet);
        white-space: nowrap;
      }
      .person {
        max-width: 180px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      button {
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        padding: 0;
        border: 0;
        border-radius: var(--radius-s);
        background: none;
        color: var(--text-quiet);
        cursor: pointer;
      }
      button:hover {
        background: var(--surface-hover);
        color: var(--text);
      }
      .cut-banner {
        padding: var(--space-2) var(--space-6);
        background: var(--degraded-quiet);
        color: var(--degraded-text);
        border-block-start: 1px solid var(--degraded-fill);
      }
      @media (max-width: 900px) {
        time,
        .person {
          display: none;
        }
      }
      @media (max-width: 640px) {
        header {
          gap: var(--space-2);
          padding-inline: var(--space-4) var(--space-2);
        }
        .cut-banner {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, () => this.services.feed.state);
    new Watch(this, () => this.services.clock.tick);
    new Watch(this, () => this.services.session.state);
  }

  private async signOut(): Promise<void> {
    try {
      await this.services.session.signOut();
    } catch (thrown) {
      this.services.notices.show(errorWords(toApiError(thrown), this.locale));
    }
  }

  /** "Live", or how old what is shown has grown. */
  private feedWords(): string {
    const { phase, heardAtMs } = this.services.feed.state.value;
    if (phase === 'live') return msg('Live');
    if (phase === 'connecting') return msg('Connecting…');
    if (heardAtMs === undefined) return msg('No connection');
    return msg(str`${durationWords(this.services.feed.ageMs() ?? 0, this.locale)} old`);
  }

  protected override render(): TemplateResult {
    const { phase } = this.services.feed.state.value;
    const nowMs = this.services.clock.nowMs();
    return html`<header>
        <span class="brand">Siaga</span>
        <span class="feed ${phase}"><span class="dot" aria-hidden="true"></span>${this.feedWords()}</span>
        <time datetime=${new Date(nowMs).toISOString()} title=${exactTime(nowMs, this.locale)}>
          ${timeOfDay(nowMs, this.locale)}
        </time>
        <siaga-display-switches></siaga-display-switches>
        <span class="person" title=${this.user?.email ?? ''}>${this.user?.name}</span>
        <button type="button" @click=${this.signOut} title=${msg('Sign out')} aria-label=${msg('Sign out')}>
          ${icons.signOut}
        </button>
      </header>
      <div role="status">
        ${
          phase === 'cut'
            ? html`<div class="cut-banner">
                ${msg('The live connection is cut: what you see may be old. Trying again by itself.')}
              </div>`
            : ''
        }
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-top-bar': SiagaTopBar;
  }
}
