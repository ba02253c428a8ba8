import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { V1User } from '@siaga/shared';
import { icons } from '../components/icons.js';
import { toApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { zoneName } from '../i18n/time.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { ZONES, type Zone } from './preferences.js';
import './siaga-display-switches.js';
import { SiagaElement } from './siaga-element.js';

const PLACES: Readonly<Record<Exclude<Zone, 'browser' | 'UTC'>, string>> = {
  'Asia/Jakarta': 'Jakarta',
  'Asia/Makassar': 'Makassar',
  'Asia/Jayapura': 'Jayapura',
};

/** Who I am, the zone of my times, the keys, and the way out. Tells `siaga-help` when the keys are asked for. */
@customElement('siaga-own-menu')
export class SiagaOwnMenu extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      :host {
        position: relative;
        display: block;
      }
      .opener {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        height: 2.25rem;
        padding: 0 var(--space-2);
        border: 0;
        border-radius: var(--radius-s);
        background: none;
        color: var(--text-quiet);
        font: inherit;
        cursor: pointer;
      }
      .opener:hover,
      .opener[aria-expanded='true'] {
        background: var(--surface-hover);
        color: var(--text);
      }
      .opener .name {
        max-width: 10rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .panel {
        position: absolute;
        inset-inline-end: 0;
        top: calc(100% + var(--space-1));
        z-index: 10;
        display: grid;
        gap: var(--space-4);
        width: min(18rem, calc(100vw - 2 * var(--space-4)));
        padding: var(--space-4);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        box-shadow: var(--shadow-raised);
      }
      .who {
        overflow-wrap: anywhere;
      }
      .who strong {
        display: block;
      }
      .entries {
        display: grid;
        gap: var(--space-1);
        margin-inline: calc(-1 * var(--space-2));
      }
      .entries button {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: 2.5rem;
        padding: 0 var(--space-2);
        border: 0;
        border-radius: var(--radius-s);
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      .entries button:hover {
        background: var(--surface-hover);
      }
      .entries kbd {
        margin-inline-start: auto;
      }
      .looks {
        display: none;
      }
      @media (max-width: 56.25rem) {
        .opener .name {
          display: none;
        }
      }
      @media (max-width: 40rem) {
        .looks {
          display: block;
        }
      }
    `,
  ];

  @state() private open = false;

  @query('.opener') private opener!: HTMLButtonElement;

  constructor() {
    super();
    new Watch(this, () => this.services.session.state);
  }

  private readonly outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.show(false);
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.outside);
  }

  private show(open: boolean): void {
    this.open = open;
    if (open) document.addEventListener('pointerdown', this.outside);
    else document.removeEventListener('pointerdown', this.outside);
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open) return;
    event.stopPropagation();
    this.show(false);
    this.opener.focus();
  }

  private left(event: FocusEvent): void {
    const to = event.relatedTarget;
    if (to instanceof Node && !this.renderRoot.contains(to)) this.show(false);
  }

  private async signOut(): Promise<void> {
    try {
      await this.services.session.signOut();
    } catch (thrown) {
      this.services.notices.show(errorWords(toApiError(thrown), this.locale));
    }
  }

  private help(): void {
    this.show(false);
    this.opener.focus();
    this.dispatchEvent(new CustomEvent('siaga-help', { bubbles: true, composed: true }));
  }

  private roleWord(role: V1User['role']): string {
    switch (role) {
      case 'admin':
        return msg('Administrator');
      case 'manager':
        return msg('Manager');
      case 'agent':
        return msg('Service desk');
      case 'end_user':
        return msg('User');
    }
  }

  private zoneWord(zone: Zone): string {
    const nowMs = this.services.clock.nowMs();
    if (zone === 'UTC') return 'UTC';
    if (zone !== 'browser') return `${zoneName(nowMs, zone)} – ${PLACES[zone]}`;
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return `${msg("This device's zone")} (${zoneName(nowMs, timeZone)})`;
  }

  private renderZone(): TemplateResult {
    const { zone, setZone } = this.services.preferences;
    const choose = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      const wanted = ZONES.find((one) => one === value);
      if (wanted) setZone(wanted);
    };
    return html`<div class="field">
      <label for="zone">${msg('Show times in')}</label>
      <select id="zone" @change=${choose}>
        ${ZONES.map(
          (one) => html`<option value=${one} .selected=${one === zone.value}>${this.zoneWord(one)}</option>`,
        )}
      </select>
    </div>`;
  }

  private renderPanel(): TemplateResult {
    return html`<div class="panel" id="panel" @focusout=${this.left}>
      <p class="who">
        <strong>${this.user?.name}</strong>
        <span class="quiet">${this.user?.email}</span><br />
        <span class="quiet">${this.user ? this.roleWord(this.user.role) : nothing}</span>
      </p>
      ${this.renderZone()}
      <div class="looks"><siaga-display-switches></siaga-display-switches></div>
      <div class="entries">
        <button type="button" @click=${this.help}>
          ${icons.keyboard}${msg('Keyboard shortcuts')}<kbd aria-hidden="true">?</kbd>
        </button>
        <button type="button" @click=${this.signOut}>${icons.signOut}${msg('Sign out')}</button>
      </div>
    </div>`;
  }

  protected override render(): TemplateResult {
    return html`<div @keydown=${this.key}>
      <button
        type="button"
        class="opener"
        aria-label=${msg(str`${this.user?.name ?? ''}: your menu`)}
        aria-expanded=${this.open}
        aria-controls=${this.open ? 'panel' : nothing}
        title=${this.user?.email ?? ''}
        @click=${() => this.show(!this.open)}
      >
        ${icons.person}<span class="name">${this.user?.name}</span>
      </button>
      ${this.open ? this.renderPanel() : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-own-menu': SiagaOwnMenu;
  }
}
