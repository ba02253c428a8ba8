import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { isBlank, type TicketSummary } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { toApiError, type ApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { wholeNumber } from '../i18n/numbers.js';
import { baseStyles } from '../styles/shared.js';
import { drafts, type DraftKind, type DraftPlace } from './drafts.js';
import { ticketFormStyles } from './form-styles.js';
import { lengthOf } from './text-length.js';

/** From this share of the limit on, the form tells how much of it is used. */
const TELL_FROM = 0.8;

/**
 * A form that sends one text about an incident. What is typed is kept as a draft until it was sent: through a reload,
 * the end of a session, and Escape. Tells `siaga-close` when it wants to close and `siaga-sent` when it was sent.
 */
export abstract class TicketForm extends SiagaElement {
  static override styles = [baseStyles, ticketFormStyles];

  @property({ attribute: false }) ticket!: TicketSummary;

  @state() protected text = '';
  @state() protected busy = false;
  @state() protected fault = '';
  @state() protected error: ApiError | undefined = undefined;
  @query('textarea') private area!: HTMLTextAreaElement | null;

  protected abstract readonly kind: DraftKind;
  /** Characters allowed. */
  protected abstract readonly longest: number;
  /** Sends the text; throws ApiError. */
  protected abstract send(text: string): Promise<void>;

  /** Moves the focus into the text, behind what stands there. */
  focusText(): void {
    const { area } = this;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }

  protected get place(): DraftPlace {
    return { kind: this.kind, userId: this.user?.id ?? '', ticketId: this.ticket.id };
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('ticket');
    if (!changed.has('ticket') || before?.id === this.ticket.id) return;
    this.text = drafts.read(this.place);
    this.fault = '';
    this.error = undefined;
  }

  protected setText(text: string): void {
    this.text = text;
    if (this.fault !== '') this.fault = this.faultOf(text);
    drafts.keep(this.place, text);
  }

  private faultOf(text: string): string {
    if (isBlank(text)) return msg('This is needed.');
    const over = lengthOf(text.trim()) - this.longest;
    if (over <= 0) return '';
    const [shownOver, most] = [wholeNumber(over, this.locale), wholeNumber(this.longest, this.locale)];
    return over === 1
      ? msg(str`One character too many; at most ${most}.`)
      : msg(str`${shownOver} characters too many; at most ${most}.`);
  }

  /** Why it cannot be sent now; undefined where it can. */
  protected get obstacle(): string | undefined {
    return undefined;
  }

  protected async submit(): Promise<void> {
    if (this.busy || this.obstacle !== undefined) return;
    this.fault = this.faultOf(this.text);
    if (this.fault !== '') {
      this.focusText();
      return;
    }
    // Where it was typed is where its draft lies, whatever the page shows by the time the answer comes.
    const { place } = this;
    this.busy = true;
    this.error = undefined;
    try {
      await this.send(this.text.trim());
      drafts.drop(place);
      this.text = '';
      this.dispatchEvent(new CustomEvent('siaga-sent', { bubbles: true, composed: true }));
    } catch (thrown) {
      this.error = toApiError(thrown);
    } finally {
      this.busy = false;
    }
  }

  protected close(): void {
    this.dispatchEvent(new CustomEvent('siaga-close'));
  }

  /** Whether this key press sends; Escape closes in any case. */
  protected sendsOn(event: KeyboardEvent): boolean {
    return event.key === 'Enter' && (event.ctrlKey || event.metaKey);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.close();
    } else if (this.sendsOn(event)) {
      event.preventDefault();
      void this.submit();
    }
  };

  protected readonly onSubmit = (event: Event): void => {
    event.preventDefault();
    void this.submit();
  };

  protected renderText(label: string, rows: number, placeholder: string): TemplateResult {
    const used = lengthOf(this.text.trim());
    const tells = used >= this.longest * TELL_FROM;
    const [shownUsed, most] = [wholeNumber(used, this.locale), wholeNumber(this.longest, this.locale)];
    return html`<label for="text">${label}</label>
      <textarea
        id="text"
        rows=${rows}
        placeholder=${placeholder}
        .value=${live(this.text)}
        ?readonly=${this.busy}
        aria-invalid=${this.fault === '' ? nothing : 'true'}
        aria-describedby=${this.fault === '' ? nothing : 'fault'}
        dir="auto"
        @input=${(event: Event) => this.setText((event.target as HTMLTextAreaElement).value)}
        @keydown=${this.onKey}
      ></textarea>
      ${this.fault === '' ? nothing : html`<span class="fault" id="fault" role="alert">${this.fault}</span>`}
      ${tells && this.fault === '' ? html`<span class="hint">${msg(str`${shownUsed} of ${most} characters`)}</span>` : nothing}`;
  }

  protected renderError(): TemplateResult | typeof nothing {
    return this.error === undefined
      ? nothing
      : html`<span class="fault" role="alert">${this.errorText(this.error)}</span>`;
  }

  /** What was sent and got no answer may be stored: what to do then. */
  protected abstract unansweredWords(): string;

  private errorText(error: ApiError): string {
    if (error.mayBeDone) return this.unansweredWords();
    if (error.status === 412) {
      return msg('It changed meanwhile; what you see is its newest state. Look at it, then send once more.');
    }
    return this.refusalWords(error) ?? errorWords(error, this.locale);
  }

  /** What the hub's refusal means for this form; undefined: nothing special. */
  protected refusalWords(_error: ApiError): string | undefined {
    return undefined;
  }
}

/** The hub knows a comment that is sent again by its id. */
export const unansweredComment = (): string =>
  msg(
    'No answer came, and it is not known whether the comment was saved. Send it once more: it will not be there twice.',
  );
