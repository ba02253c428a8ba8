import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { CreateSiteBody, Site } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { codeFault, faultsByField, presentFaults, requiredFault, type Faults } from '../forms/faults.js';
import { field, focusFirstFault, sendsOnEnter } from '../forms/field.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles, formStyles } from '../styles/shared.js';

/** Indonesia's three zones first: they are nearly always the answer. */
const ZONES: readonly (readonly [string, string])[] = [
  ['Asia/Jakarta', 'Asia/Jakarta (WIB)'],
  ['Asia/Makassar', 'Asia/Makassar (WITA)'],
  ['Asia/Jayapura', 'Asia/Jayapura (WIT)'],
];

/** Creates a site. Tells `siaga-saved` (detail: Site) and `siaga-cancel`. */
@customElement('siaga-site-form')
export class SiagaSiteForm extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      wa-callout {
        font-size: var(--text-s);
      }
    `,
  ];

  @state() private draft = { name: '', code: '', region: '', timezone: 'Asia/Jakarta' };
  @state() private faults: Faults = {};
  @state() private error: ApiError | undefined = undefined;
  @state() private busy = false;

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
  }

  private readonly take = (name: string, value: string): void => {
    this.draft = { ...this.draft, [name]: value };
    const { [name]: _mended, ...others } = this.faults;
    this.faults = others;
  };

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.error = undefined;
    this.faults = presentFaults({
      name: requiredFault(this.draft.name),
      code: requiredFault(this.draft.code) ?? codeFault(this.draft.code),
    });
    if (Object.keys(this.faults).length === 0) await this.save();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async save(): Promise<void> {
    this.busy = true;
    const body: CreateSiteBody = {
      name: this.draft.name.trim(),
      code: this.draft.code.trim(),
      timezone: this.draft.timezone,
      ...(this.draft.region.trim() === '' ? {} : { region: this.draft.region.trim() }),
    };
    try {
      const saved = await this.services.api.send<Site>('POST', '/monitoring/sites', body);
      this.dispatchEvent(new CustomEvent('siaga-saved', { detail: saved }));
    } catch (thrown) {
      this.error = toApiError(thrown);
      this.faults = faultsByField(this.error.fields, this.locale);
    } finally {
      this.busy = false;
    }
  }

  private cancel(): void {
    this.dispatchEvent(new CustomEvent('siaga-cancel'));
  }

  protected override render(): TemplateResult {
    const { draft, faults, take: onInput } = this;
    return html`<form novalidate @submit=${this.submit}>
      ${sendsOnEnter}
      ${
        this.error
          ? html`<wa-callout variant="danger" role="alert"
              >${errorWords(this.error, this.locale)}</wa-callout
            >`
          : nothing
      }
      ${field({
        name: 'name',
        label: msg('Name'),
        value: draft.name,
        onInput,
        fault: faults['name'],
        placeholder: 'KC Bandung',
        maxLength: 200,
        required: true,
      })}
      <div class="pair">
        ${field({
          name: 'code',
          label: msg('Code'),
          value: draft.code,
          onInput,
          fault: faults['code'],
          hint: msg('Short and unique, in your own numbering.'),
          maxLength: 64,
          required: true,
        })}
        ${field({
          name: 'region',
          label: msg('Region'),
          value: draft.region,
          onInput,
          fault: faults['region'],
          hint: msg('If you like.'),
          maxLength: 100,
        })}
      </div>
      ${field({
        name: 'timezone',
        label: msg('Time zone'),
        value: draft.timezone,
        onInput,
        fault: faults['timezone'],
        choices: ZONES,
      })}
      <div class="buttons">
        <wa-button appearance="outlined" @click=${this.cancel}>${msg('Cancel')}</wa-button>
        <wa-button type="submit" variant="brand" ?loading=${this.busy}>${msg('Create site')}</wa-button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-site-form': SiagaSiteForm;
  }
}
