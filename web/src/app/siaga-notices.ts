import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icons } from '../components/icons.js';
import { baseStyles } from '../styles/shared.js';
import type { Notice } from './notices.js';
import { Watch } from './observable.js';
import { SiagaElement } from './siaga-element.js';

/** What actions did, each for a few seconds, with what can be done about it; the pointer or the focus holds them. */
@customElement('siaga-notices')
export class SiagaNotices extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        position: fixed;
        inset-inline: var(--space-4);
        bottom: var(--space-6);
        z-index: 30;
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        pointer-events: none;
      }
      .status {
        display: contents;
      }
      .notice {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        max-width: min(35rem, 100%);
        padding: var(--space-2) var(--space-3) var(--space-2) var(--space-5);
        border-radius: var(--radius-m);
        background: var(--text);
        color: var(--surface);
        box-shadow: var(--shadow-raised);
        pointer-events: auto;
      }
      .words {
        min-width: 0;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      button {
        flex: none;
        min-height: 2rem;
        padding: 0 var(--space-3);
        border: 1px solid currentColor;
        border-radius: var(--radius-s);
        background: none;
        color: inherit;
        font: inherit;
        font-weight: 600;
        cursor: pointer;
      }
      button:hover {
        background: color-mix(in srgb, currentColor 16%, transparent);
      }
      button:focus-visible {
        outline-color: currentColor;
      }
      .close {
        display: grid;
        place-items: center;
        width: 2rem;
        padding: 0;
        border-color: transparent;
      }
      kbd {
        margin-inline-start: var(--space-1);
        font: inherit;
        font-weight: 400;
        opacity: 0.8;
      }
      @media (max-width: 40rem) {
        :host {
          bottom: calc(4.75rem + env(safe-area-inset-bottom));
        }
        kbd {
          display: none;
        }
      }
    `,
  ];

  private removeKey: (() => void) | undefined;
  /** Where the focus was before it came to the notices. */
  private cameFrom: HTMLElement | undefined;
  private stopFollowing: (() => void) | undefined;

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.notices.shown,
      () => this.rekey(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const root = this.getRootNode();
    root.addEventListener('focusout', this.follow);
    this.stopFollowing = () => root.removeEventListener('focusout', this.follow);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopFollowing?.();
    this.removeKey?.();
    this.removeKey = undefined;
  }

  private get actionable(): Notice | undefined {
    return this.services.notices.shown.value.findLast(({ action }) => action !== undefined);
  }

  /** `z` does what the newest notice offers, from wherever the focus is. */
  private rekey(): void {
    const wanted = this.actionable !== undefined;
    if (wanted === (this.removeKey !== undefined)) return;
    this.removeKey?.();
    this.removeKey = wanted
      ? this.services.shortcuts.add([
          {
            key: 'z',
            label: () => this.actionable?.action?.label ?? '',
            run: () => this.act(this.actionable),
            scope: 'app',
          },
        ])
      : undefined;
  }

  private readonly follow = (event: Event): void => {
    const [left] = event.composedPath();
    if (left instanceof HTMLElement && left.getRootNode() !== this.renderRoot) this.cameFrom = left;
  };

  /**
   * Takes a notice away by `how`. A button that goes away tells neither that the pointer has left it (Firefox, Safari)
   * nor where the focus is to go.
   */
  private takeAway(serial: number, how: (serial: number) => void): void {
    const focused = this.shadowRoot?.activeElement ?? null;
    const hadFocus = focused !== null && focused.closest(`[data-serial="${serial}"]`) !== null;
    this.leave();
    if (hadFocus) {
      if (this.cameFrom?.isConnected) this.cameFrom.focus({ preventScroll: true });
      // The page's heading is what is left.
      else this.dispatchEvent(new CustomEvent('siaga-skip'));
    }
    how(serial);
  }

  private act(notice: Notice | undefined): void {
    if (notice) this.takeAway(notice.serial, this.services.notices.act);
  }

  private readonly hold = (): void => this.services.notices.hold();

  private readonly leave = (): void => this.services.notices.release();

  private renderNotice(notice: Notice, hasKey: boolean): TemplateResult {
    const { text, serial, action } = notice;
    const dismiss = (): void => this.takeAway(serial, this.services.notices.dismiss);
    return html`<div
      class="notice"
      data-serial=${serial}
      @pointerenter=${this.hold}
      @pointerleave=${this.leave}
      @focusin=${this.hold}
      @focusout=${this.leave}
    >
      <span class="words">${text}</span>
      ${
        action
          ? html`<button type="button" @click=${() => this.act(notice)}>
              ${action.label}${hasKey ? html`<kbd aria-hidden="true">z</kbd>` : nothing}
            </button>`
          : nothing
      }
      <button
        type="button"
        class="close"
        aria-label=${msg('Dismiss')}
        title=${msg('Dismiss')}
        @click=${dismiss}
      >
        ${icons.close}
      </button>
    </div>`;
  }

  protected override render(): TemplateResult {
    const newest = this.actionable?.serial;
    return html`<div class="status" role="status">
      ${repeat(
        this.services.notices.shown.value,
        ({ serial }) => serial,
        (notice) => this.renderNotice(notice, notice.serial === newest),
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-notices': SiagaNotices;
  }
}
