import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Agent, CreateAgentBody } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { faultsByField, presentFaults, requiredFault, type Faults } from '../forms/faults.js';
import { field, focusFirstFault, sendsOnEnter } from '../forms/field.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { compareNames } from '../live/state.js';
import { baseStyles, formStyles } from '../styles/shared.js';

/** Creates an agent. Tells `siaga-saved` (detail: Agent) and `siaga-cancel`. */
@customElement('siaga-agent-form')
export class SiagaAgentForm extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    css`
      wa-callout {
        font-size: var(--text-s);
      }
    `,
  ];

  @state() private draft = { name: '', site_id: '' };
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
      site_id: requiredFault(this.draft.site_id),
    });
    if (Object.keys(this.faults).length === 0) await this.save();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async save(): Promise<void> {
    this.busy = true;
    const body: CreateAgentBody = { name: this.draft.name.trim(), site_id: this.draft.site_id };
    try {
      const saved = await this.services.api.send<Agent>('POST', '/monitoring/agents', body);
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
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    return html`<form novalidate @submit=${this.submit}>
      ${sendsOnEnter}
      ${
        this.error
          ? html`<wa-callout variant="danger" role="alert"
              >${errorWords(this.error, this.locale)}</wa-callout
            >`
          : nothing
      }
      <p class="quiet">
        ${msg('An agent runs on a machine at the site and watches the devices there, also while the line to here is down.')}
      </p>
      ${field({
        name: 'name',
        label: msg('Name'),
        value: draft.name,
        onInput,
        fault: faults['name'],
        placeholder: 'agent-bandung-1',
        maxLength: 200,
        required: true,
      })}
      ${field({
        name: 'site_id',
        label: msg('Site'),
        value: draft.site_id,
        onInput,
        fault: faults['site_id'],
        required: true,
        choices: [['', msg('Choose a site')], ...sites.map(({ id, name }): [string, string] => [id, name])],
      })}
      <div class="buttons">
        <wa-button appearance="outlined" @click=${this.cancel}>${msg('Cancel')}</wa-button>
        <wa-button type="submit" variant="brand" ?loading=${this.busy}>${msg('Create agent')}</wa-button>
      </div>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-agent-form': SiagaAgentForm;
  }
}
