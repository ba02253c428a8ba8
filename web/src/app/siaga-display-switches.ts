import { msg, str } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../components/icons.js';
import { LANGUAGES, type Language } from '../locales/localization.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { THEMES, type Theme } from './preferences.js';
import { SiagaElement } from './siaga-element.js';

const NAMES: Readonly<Record<Language, string>> = { id: 'Bahasa Indonesia', en: 'English' };

/** Language and theme, at hand on every page and before signing in. */
@customElement('siaga-display-switches')
export class SiagaDisplaySwitches extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
      }
      .languages {
        display: inline-flex;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      button {
        min-width: 2.25rem;
        height: 2rem;
        padding: 0 var(--space-2);
        border: 0;
        border-radius: 3px;
        background: none;
        color: var(--text-quiet);
        font: inherit;
        font-size: var(--text-xs);
        font-weight: 600;
        cursor: pointer;
      }
      button:hover {
        background: var(--surface-hover);
        color: var(--text);
      }
      button[aria-pressed='true'] {
        background: var(--brand-quiet);
        color: var(--brand);
      }
      .theme {
        display: grid;
        place-items: center;
        height: 2.25rem;
        padding: 0;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, () => this.services.preferences.language);
    new Watch(this, () => this.services.preferences.theme);
  }

  private themeWord(theme: Theme): string {
    if (theme === 'light') return msg('Theme: light');
    return theme === 'dark' ? msg('Theme: dark') : msg('Theme: as the system');
  }

  private async choose(language: Language): Promise<void> {
    try {
      await this.services.preferences.setLanguage(language);
    } catch {
      this.services.notices.show(msg(str`${NAMES[language]} could not be loaded.`));
    }
  }

  private nextTheme(): void {
    const { theme } = this.services.preferences;
    const place = THEMES.indexOf(theme.value);
    this.services.preferences.setTheme(THEMES[(place + 1) % THEMES.length] ?? 'auto');
  }

  protected override render(): TemplateResult {
    const { language, theme } = this.services.preferences;
    const themeWord = this.themeWord(theme.value);
    return html`<span class="languages" role="group" aria-label=${msg('Language')}>
        ${LANGUAGES.map(
          (one) =>
            html`<button
              type="button"
              lang=${one}
              title=${NAMES[one]}
              aria-label=${`${one.toUpperCase()} – ${NAMES[one]}`}
              aria-pressed=${one === language.value}
              @click=${() => this.choose(one)}
            >
              ${one.toUpperCase()}
            </button>`,
        )}
      </span>
      <button type="button" class="theme" title=${themeWord} aria-label=${themeWord} @click=${this.nextTheme}>
        ${icons[theme.value]}
      </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-display-switches': SiagaDisplaySwitches;
  }
}
