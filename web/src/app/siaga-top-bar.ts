import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { exactTime, timeOfDay } from '../i18n/time.js';
import type { FeedState } from '../live/feed.js';
import { feedWords } from '../live/feed-words.js';
import '../search/siaga-search.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import './siaga-display-switches.js';
import { SiagaElement } from './siaga-element.js';
import './siaga-own-menu.js';

/** Find anything, is what I see live, what time is it, in which language and light, and what is mine. */
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
      siaga-search {
        flex: 1 1 auto;
        min-width: 0;
        max-width: 32.5rem;
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
      .feed.late {
        color: var(--degraded-text);
      }
      .feed.late .dot {
        background: transparent;
        box-shadow: inset 0 0 0 2.5px var(--degraded-fill);
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
      .cut-banner {
        padding: var(--space-2) var(--space-6);
        background: var(--degraded-quiet);
        color: var(--degraded-text);
        border-block-start: 1px solid var(--degraded-fill);
      }
      @media (max-width: 56.25rem) {
        time {
          display: none;
        }
      }
      @media (max-width: 40rem) {
        header {
          gap: var(--space-2);
          padding-inline: var(--space-4) var(--space-2);
        }
        siaga-display-switches {
          display: none;
        }
        .cut-banner {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  private lastPhase: FeedState['phase'] = 'connecting';

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.feed.state,
      ({ phase }) => this.follow(phase),
    );
    new Watch(this, () => this.services.clock.tick);
  }

  /** That the connection is back is said once it had been missed, and to everybody: the banner leaves by it. */
  private follow(phase: FeedState['phase']): void {
    if (phase === 'live' && this.lastPhase === 'cut') {
      this.services.notices.show(msg('Live again: what you see is up to date.'));
    }
    this.lastPhase = phase;
  }

  private renderBanner(): TemplateResult | typeof nothing {
    const { phase } = this.services.feed.state.value;
    if (phase !== 'cut') return nothing;
    return html`<div class="cut-banner">
      ${msg('The live connection is cut: what you see may be old. Trying again by itself.')}
    </div>`;
  }

  protected override render(): TemplateResult {
    const { phase } = this.services.feed.state.value;
    const nowMs = this.services.clock.nowMs();
    return html`<header>
        <siaga-search></siaga-search>
        <span class="feed ${phase}"
          ><span class="dot" aria-hidden="true"></span>${feedWords(this.services.feed, this.locale)}</span
        >
        <time datetime=${new Date(nowMs).toISOString()} title=${exactTime(nowMs, this.locale)}>
          ${timeOfDay(nowMs, this.locale)}
        </time>
        <siaga-display-switches></siaga-display-switches>
        <siaga-own-menu></siaga-own-menu>
      </header>
      <div role="status">${this.renderBanner()}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-top-bar': SiagaTopBar;
  }
}
