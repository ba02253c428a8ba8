import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type CSSResultGroup, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';
import '../components/siaga-time.js';
import { SiagaElement } from '../app/siaga-element.js';
import type { Tagged } from '../http/api-client.js';
import { PRECONDITION_FAILED, toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { faultsByField, type Faults } from './faults.js';
import { focusFirstFault, sendsOnEnter } from './field.js';
import { mergeDrafts, type Draft, type DraftValue, type Merge } from './merge.js';

/**
 * A form that creates something, or changes the one named by `editedId`: fetched fresh, with its version, so that what
 * somebody else changed meanwhile is not overwritten unseen. Tells `siaga-saved` (detail: the thing) and `siaga-cancel`.
 */
export abstract class EditForm<
  T extends { id: string; updated_at: string },
  D extends Draft,
> extends SiagaElement {
  static override styles: CSSResultGroup = [
    baseStyles,
    formStyles,
    css`
      wa-callout {
        font-size: var(--text-s);
      }
      .meanwhile {
        display: grid;
        gap: var(--space-3);
      }
      .meanwhile ul {
        margin: 0;
        padding-inline-start: var(--space-5);
        overflow-wrap: anywhere;
      }
      .meanwhile .buttons {
        justify-content: flex-start;
      }
    `,
  ];

  /** What is changed; empty: something new. */
  @property() editedId = '';

  @state() protected draft!: D;
  @state() protected faults: Faults = {};
  @state() private error: ApiError | undefined = undefined;
  @state() private busy = false;
  @state() private known: Tagged<T> | undefined = undefined;
  @state() private loadError: unknown = undefined;
  @state() private meanwhile: (Merge<D> & { before: Tagged<T>; now: Tagged<T> }) | undefined = undefined;

  private hasFocused = false;

  /** E.g. `/monitoring/sites`. */
  protected abstract readonly collection: string;
  protected abstract emptyDraft(): D;
  protected abstract draftOf(thing: T): D;
  /** What to send: everything for something new, only what changed for a known one; undefined: nothing to do. */
  protected abstract bodyOf(draft: D, before: T | undefined): object | undefined;
  protected abstract check(draft: D): Faults;
  protected abstract renderFields(): TemplateResult;
  /** The field's label, and its content as a person reads it, for what was changed meanwhile. */
  protected abstract labelOf(name: string): string;
  protected abstract valueWords(name: string, value: DraftValue): string;
  protected abstract get createWord(): string;

  protected get edited(): T | undefined {
    return this.known?.value;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.draft ??= this.emptyDraft();
    if (this.editedId !== '' && !this.known) void this.load();
  }

  protected override updated(): void {
    if (this.hasFocused || (this.editedId !== '' && !this.known)) return;
    this.hasFocused = true;
    this.renderRoot.querySelector<HTMLElement>('input, select')?.focus();
  }

  private get path(): string {
    return `${this.collection}/${encodeURIComponent(this.editedId)}`;
  }

  private async load(): Promise<void> {
    this.loadError = undefined;
    try {
      const before = await this.services.api.getTagged<T>(this.path);
      this.draft = this.draftOf(before.value);
      this.known = before;
    } catch (thrown) {
      this.loadError = thrown;
    }
  }

  protected readonly take = (name: string, value: DraftValue): void => {
    this.draft = { ...this.draft, [name]: value };
    const { [name]: _mended, ...others } = this.faults;
    this.faults = others;
  };

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.error = undefined;
    this.faults = this.check(this.draft);
    if (Object.keys(this.faults).length === 0) await this.save();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async save(mayRepeat = true): Promise<void> {
    const body = this.bodyOf(this.draft, this.edited);
    if (body === undefined && this.edited) {
      this.tellSaved(this.edited);
      return;
    }
    this.busy = true;
    try {
      const { api } = this.services;
      const saved = this.known
        ? await api.send<T>('PATCH', this.path, body, { ifMatch: this.known.etag })
        : await api.send<T>('POST', this.collection, body);
      this.tellSaved(saved);
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.code === PRECONDITION_FAILED && this.known) await this.compare(this.known, mayRepeat);
      else {
        this.faults = faultsByField(error.fields, this.locale);
        const named = Object.keys(this.faults);
        // A conflict that its field tells of needs not be told twice; one about another field would go unseen.
        const isTold = error.status === 409 && named.length > 0 && named.every((name) => name in this.draft);
        this.error = isTold ? undefined : error;
      }
    } finally {
      this.busy = false;
    }
  }

  /** Somebody was faster: shows what they did, and lets me choose. */
  private async compare(before: Tagged<T>, mayRepeat: boolean): Promise<void> {
    try {
      const now = await this.services.api.getTagged<T>(this.path);
      const merge = mergeDrafts(this.draftOf(before.value), this.draft, this.draftOf(now.value));
      if (merge.theirs.length === 0 && mayRepeat) {
        // What changed is none of the form's business, e.g. when an agent was last heard.
        this.known = now;
        await this.save(false);
        return;
      }
      this.meanwhile = { ...merge, before, now };
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('.meanwhile wa-button')?.focus();
    } catch (thrown) {
      this.error = toApiError(thrown);
    }
  }

  private takeTheirs(): void {
    if (!this.meanwhile) return;
    this.known = this.meanwhile.now;
    this.draft = this.draftOf(this.meanwhile.now.value);
    this.meanwhile = undefined;
  }

  private async takeMine(): Promise<void> {
    if (!this.meanwhile || this.busy) return;
    const { before, now } = this.meanwhile;
    this.known = now;
    // Merged anew: the fields could be changed while the question stood.
    this.draft = mergeDrafts(this.draftOf(before.value), this.draft, this.draftOf(now.value)).draft;
    this.meanwhile = undefined;
    await this.save();
  }

  private tellSaved(thing: T): void {
    this.dispatchEvent(new CustomEvent('siaga-saved', { detail: thing }));
  }

  protected readonly cancel = (): void => {
    this.dispatchEvent(new CustomEvent('siaga-cancel'));
  };

  private errorText(error: ApiError): string {
    if (!error.mayBeDone) return errorWords(error, this.locale);
    return this.known
      ? msg(
          'No answer came, and it is not known whether this was saved. Save once more: what is saved already is not done twice.',
        )
      : msg(
          'No answer came, and it is not known whether this was saved. Look in the list whether it is there before you try again.',
        );
  }

  private renderMeanwhile(): TemplateResult | typeof nothing {
    const { meanwhile } = this;
    if (!meanwhile) return nothing;
    const now = this.draftOf(meanwhile.now.value);
    const rows = meanwhile.theirs.map((name) => {
      const shown = this.valueWords(name, now[name] ?? '');
      return html`<li>
        ${this.labelOf(name)}: <strong>${shown === '' ? '–' : shown}</strong>
        ${meanwhile.clashes.includes(name) ? html`(${msg('you changed this too')})` : nothing}
      </li>`;
    });
    return html`<wa-callout variant="warning" role="alert">
      <div class="meanwhile">
        <p>
          ${msg('Somebody else has changed this meanwhile:')}
          <siaga-time at=${meanwhile.now.value.updated_at}></siaga-time>
        </p>
        ${
          rows.length === 0
            ? nothing
            : html`<ul>
                ${rows}
              </ul>`
        }
        <div class="buttons">
          <wa-button size="s" appearance="outlined" @click=${this.takeTheirs}
            >${msg('Load what is there now')}</wa-button
          >
          <wa-button size="s" variant="brand" @click=${this.takeMine}
            >${msg('Save my changes over it')}</wa-button
          >
        </div>
      </div>
    </wa-callout>`;
  }

  protected override render(): TemplateResult {
    if (this.loadError !== undefined) {
      return html`<siaga-failure .error=${this.loadError} @siaga-retry=${() => this.load()}></siaga-failure>`;
    }
    if (this.editedId !== '' && !this.known) return html`<siaga-skeleton .lines=${6}></siaga-skeleton>`;
    return html`<form novalidate @submit=${this.submit}>
      ${sendsOnEnter}
      ${
        this.error
          ? html`<wa-callout variant="danger" role="alert"
              ><p>${this.errorText(this.error)}</p>
              <p class="mono">${this.error.code}</p></wa-callout
            >`
          : nothing
      }
      ${this.renderFields()} ${this.renderMeanwhile()}
      <div class="buttons">
        <wa-button appearance="outlined" @click=${this.cancel}>${msg('Cancel')}</wa-button>
        <wa-button
          type="submit"
          variant="brand"
          ?loading=${this.busy}
          ?disabled=${this.meanwhile !== undefined}
        >
          ${this.known ? msg('Save') : this.createWord}
        </wa-button>
      </div>
    </form>`;
  }
}
