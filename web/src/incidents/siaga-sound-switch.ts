import { msg } from '@lit/localize';
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Watch } from '../app/observable.js';
import { SiagaElement } from '../app/siaga-element.js';
import { baseStyles } from '../styles/shared.js';

const SPEAKER = svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z" />`;
const WAVES = svg`<path d="M15 9a4.2 4.2 0 0 1 0 6M17.5 6.5a7.8 7.8 0 0 1 0 11" />`;
const CROSS = svg`<path d="M15.5 9.5l5 5M20.5 9.5l-5 5" />`;

/** Switches the sound for new incidents; says so where the browser still holds it back. */
@customElement('siaga-sound-switch')
export class SiagaSoundSwitch extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-flex;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        min-height: max(24px, 1.75rem);
        padding: 0 var(--space-2);
        font: inherit;
        font-size: var(--text-xs);
        color: var(--text-quiet);
        background: none;
        border: 1px solid var(--line);
        border-radius: 999px;
        cursor: pointer;
        white-space: nowrap;
      }
      button:hover {
        border-color: var(--line-strong);
      }
      button[aria-checked='true'] {
        color: var(--brand);
        border-color: var(--brand);
        background: var(--brand-quiet);
        font-weight: 600;
      }
      button.blocked {
        color: var(--degraded-text);
        border-color: var(--degraded-fill);
        background: var(--degraded-quiet);
      }
      .icon {
        width: 16px;
        height: 16px;
      }
    `,
  ];

  private readonly sound = new Watch(this, () => this.services.sound.state);

  protected override render(): TemplateResult {
    const state = this.sound.value;
    const why =
      state === 'blocked'
        ? msg('The browser keeps pages silent until they are clicked: click here or anywhere.')
        : msg('A short tone when an incident begins');
    return html`<button
      role="switch"
      aria-checked=${state !== 'off'}
      class=${state}
      title=${why}
      aria-describedby=${state === 'blocked' ? 'why' : nothing}
      @click=${() => this.services.sound.toggle()}
    >
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        ${SPEAKER}${state === 'on' ? WAVES : CROSS}
      </svg>
      ${state === 'blocked' ? msg('Sound: click to allow') : msg('Sound')}
      ${state === 'blocked' ? html`<span class="visually-hidden" id="why">${why}</span>` : nothing}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-sound-switch': SiagaSoundSwitch;
  }
}
