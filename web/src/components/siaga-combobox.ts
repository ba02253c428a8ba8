import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { LocalizedElement } from '../app/siaga-element.js';
import { wholeNumber } from '../i18n/numbers.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { comboboxStyles } from './combobox-styles.js';
import { healthStyles } from './siaga-health.js';
import { icons } from './icons.js';

export interface ComboOption {
  /** Told when it is chosen. */
  id: string;
  content: TemplateResult | string;
}

export interface ComboGroup {
  /** Empty where there is one group only. */
  label: string;
  options: readonly ComboOption[];
}

/**
 * A text field with a list of what it may mean (WAI-ARIA's combobox with a listbox). Tells `siaga-type` (detail: the
 * text) and `siaga-choose` (detail: an option's id). The first option is at hand for Enter.
 */
@customElement('siaga-combobox')
export class SiagaCombobox extends LocalizedElement {
  static override styles = [baseStyles, formStyles, healthStyles, comboboxStyles];

  @property() name = 'combobox';
  @property() label = '';
  /** The label is for the ear only; the placeholder says it to the eye. */
  @property({ type: Boolean, attribute: 'label-hidden' }) labelHidden = false;
  @property() value = '';
  @property() placeholder = '';
  @property() hint = '';
  @property() fault = '';
  @property({ attribute: false }) groups: readonly ComboGroup[] = [];
  /** Said where there is no option; empty: then there is no list. */
  @property() none = '';
  @property({ type: Boolean }) busy = false;
  @property({ type: Boolean, reflect: true }) floating = false;
  @property({ type: Boolean }) required = false;
  /** The key that brings one here, shown while the field is empty and elsewhere has the focus. */
  @property() key = '';

  @state() private open = false;
  @state() private active = 0;

  @query('input') private input!: HTMLInputElement;

  override focus(): void {
    this.input?.focus();
  }

  /** As focus, with the text marked: what is typed next replaces it. */
  select(): void {
    this.input?.focus();
    this.input?.select();
  }

  private get options(): readonly ComboOption[] {
    return this.groups.flatMap(({ options }) => options);
  }

  private get isShown(): boolean {
    return this.open && (this.options.length > 0 || this.none !== '');
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('groups')) this.active = Math.min(this.active, Math.max(0, this.options.length - 1));
  }

  protected override updated(changed: PropertyValues): void {
    // Only where the choice moved: a form around the list must be left where somebody scrolled it to.
    if (this.isShown && (changed.has('active') || changed.has('open')))
      this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  private type(event: Event): void {
    event.stopPropagation();
    this.open = true;
    this.active = 0;
    this.tell((event.target as HTMLInputElement).value);
  }

  private tell(text: string): void {
    this.value = text;
    this.dispatchEvent(new CustomEvent('siaga-type', { detail: text, bubbles: true, composed: true }));
  }

  private choose(id: string): void {
    this.open = false;
    this.dispatchEvent(new CustomEvent('siaga-choose', { detail: id, bubbles: true, composed: true }));
  }

  private move(by: 1 | -1): void {
    const { length } = this.options;
    if (!this.open) this.open = true;
    else if (length > 0) this.active = (this.active + by + length) % length;
  }

  private readonly press = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const chosen = this.isShown ? this.options[this.active] : undefined;
    if (event.key === 'ArrowDown') this.move(1);
    else if (event.key === 'ArrowUp') this.move(-1);
    else if (event.key === 'Enter' && chosen) this.choose(chosen.id);
    else if (event.key === 'Escape' && this.isShown) this.open = false;
    else if (event.key === 'Escape' && this.floating && this.value !== '') this.tell('');
    else return;
    event.preventDefault();
    // A dialog around this one would take Escape as meant for it.
    event.stopPropagation();
  };

  private readonly show = (): void => {
    this.open = true;
  };

  private readonly hide = (): void => {
    this.open = false;
  };

  private renderOption(option: ComboOption, place: number): TemplateResult {
    return html`<div
      class="option"
      id="option-${place}"
      role="option"
      aria-selected=${place === this.active}
      @pointermove=${() => (this.active = place)}
      @click=${() => this.choose(option.id)}
    >
      ${option.content}
    </div>`;
  }

  private renderGroups(): TemplateResult[] {
    let place = 0;
    return this.groups
      .filter(({ options }) => options.length > 0)
      .map(({ label, options }, number) => {
        const shown = options.map((option) => this.renderOption(option, place++));
        return label === ''
          ? html`<div class="group" role="presentation">${shown}</div>`
          : html`<div class="group" role="group" aria-labelledby="group-${number}">
              <div class="group-name" role="presentation" id="group-${number}">${label}</div>
              ${shown}
            </div>`;
      });
  }

  /** Pressing the mouse on the list must not take the focus, which would close it before the click. */
  private readonly keepFocus = (event: Event): void => event.preventDefault();

  private renderList(): TemplateResult {
    const { length } = this.options;
    const shown = this.isShown;
    return html`<div
        class="list"
        id="list"
        role="listbox"
        aria-label=${this.label}
        aria-busy=${this.busy}
        ?hidden=${!shown || length === 0}
        @pointerdown=${this.keepFocus}
      >
        ${shown ? this.renderGroups() : nothing}
      </div>
      ${
        shown && length === 0
          ? html`<div class="list" @pointerdown=${this.keepFocus}><p class="none">${this.none}</p></div>`
          : nothing
      }
      <span class="visually-hidden" role="status">
        ${!shown ? nothing : length === 0 ? this.none : msg(str`${wholeNumber(length, this.locale)} to choose from`)}
      </span>`;
  }

  protected override render(): TemplateResult {
    const shown = this.isShown && this.options.length > 0;
    const described = [this.hint ? 'hint' : '', this.fault ? 'fault' : '']
      .filter((id) => id !== '')
      .join(' ');
    return html`<div class="field">
      ${this.labelHidden ? nothing : html`<label for="input">${this.label}</label>`}
      <div class="box">
        ${this.floating ? icons.search : nothing}
        <input
          id="input"
          name=${this.name}
          type=${this.floating ? 'search' : 'text'}
          role="combobox"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          maxlength="100"
          aria-label=${this.labelHidden ? this.label : nothing}
          aria-autocomplete="list"
          aria-expanded=${shown}
          aria-controls="list"
          aria-activedescendant=${shown ? `option-${this.active}` : nothing}
          aria-describedby=${described === '' ? nothing : described}
          aria-invalid=${this.fault === '' ? nothing : 'true'}
          aria-required=${this.required ? 'true' : nothing}
          placeholder=${this.placeholder === '' ? nothing : this.placeholder}
          .value=${live(this.value)}
          @input=${this.type}
          @keydown=${this.press}
          @click=${this.show}
          @blur=${this.hide}
        />
        ${this.key !== '' && this.value === '' ? html`<kbd aria-hidden="true">${this.key}</kbd>` : nothing}
      </div>
      ${this.hint ? html`<span class="hint" id="hint">${this.hint}</span>` : nothing}
      ${this.fault ? html`<span class="fault" id="fault">${this.fault}</span>` : nothing} ${this.renderList()}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-combobox': SiagaCombobox;
  }
}
