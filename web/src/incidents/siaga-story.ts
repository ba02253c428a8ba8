import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketComment, TicketDetail, TicketHistoryEntry } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { SiagaElement } from '../app/siaga-element.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import '../components/siaga-time.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { historyWord } from '../i18n/words.js';
import { baseStyles } from '../styles/shared.js';
import { foldStory, storyOf, type StoryFold, type StoryItem } from './story.js';
import { storyStyles } from './story-styles.js';
import { changesWords, entryReason, evidenceWords } from './story-words.js';

const DOT = html`<span class="dot"></span>`;
const PERSON = html`<span class="dot person"></span>`;

/** What happened, in one list, oldest first: first failure, verdict, what people did and said, the end. */
@customElement('siaga-story')
export class SiagaStory extends SiagaElement {
  static override styles = [baseStyles, healthStyles, storyStyles];

  @property({ attribute: false }) ticket!: TicketDetail;
  @property({ attribute: false }) comments: readonly TicketComment[] = [];

  private readonly location = new Watch(this, () => this.services.router.location);

  private get showsSystem(): boolean {
    return this.location.value.query.get('system') !== 'hidden';
  }

  private readonly onSwitch = (event: Event): void => {
    const { checked } = event.target as HTMLInputElement;
    this.services.router.setQuery({ system: checked ? '' : 'hidden' });
  };

  private renderItem(
    item: StoryItem,
    mark: TemplateResult,
    what: string,
    rest: TemplateResult | typeof nothing,
    tag: TemplateResult | typeof nothing = nothing,
  ): TemplateResult {
    return html`<li class=${item.kind}>
      <span class="mark">${mark}</span>
      <div class="line">
        <span class="what">${what}</span>${tag}
        <span class="when">
          <siaga-time at=${item.at}></siaga-time> · <siaga-time mode="exact" at=${item.at}></siaga-time>
        </span>
      </div>
      ${rest}
    </li>`;
  }

  private renderEntry(item: StoryItem, entry: TicketHistoryEntry): TemplateResult {
    const { actor, event } = entry;
    const what = actor === null ? historyWord(event) : `${actor.name}: ${historyWord(event)}`;
    const isGood = event === 'resolved' || event === 'closed';
    const isBad = event === 'opened' || event === 'reopened';
    const mark = isGood ? icons.calm : isBad ? healthShape('down') : actor === null ? DOT : PERSON;
    const reason = entryReason(entry, this.locale);
    // The verdict above says why it was opened.
    const isRepeated = event === 'opened' && this.ticket.evidence !== null && actor === null;
    const lines = event === 'opened' ? [] : changesWords(entry);
    return this.renderItem(
      item,
      mark,
      what,
      html`${lines.map((line) => html`<div class="words quiet">${line}</div>`)}
      ${
        reason === undefined || isRepeated
          ? nothing
          : html`<div class=${actor === null ? 'words quiet' : 'said'} dir="auto">${reason}</div>`
      }`,
    );
  }

  private renderOne(item: StoryItem): TemplateResult {
    switch (item.kind) {
      case 'failed':
        return this.renderItem(item, DOT, msg('First probe without an answer'), nothing);
      case 'verdict': {
        const { evidence } = this.ticket;
        const what =
          item.afterMs === undefined
            ? msg('Verdict: it does not answer')
            : msg(str`Verdict after ${durationWords(item.afterMs, this.locale)}: it does not answer`);
        return this.renderItem(
          item,
          healthShape('down'),
          what,
          evidence === null
            ? nothing
            : html`<div class="words quiet">${evidenceWords(evidence, this.locale)}</div>`,
        );
      }
      case 'history':
        return this.renderEntry(item, item.entry);
      case 'comment': {
        const { comment } = item;
        return this.renderItem(
          item,
          comment.is_system_generated ? DOT : PERSON,
          comment.user.name,
          html`<div class="words" dir="auto">${comment.content}</div>`,
          comment.is_internal ? html`<span class="tag">${msg('Internal')}</span>` : nothing,
        );
      }
    }
  }

  private renderFold({ items }: StoryFold): TemplateResult {
    const shown = wholeNumber(items.length, this.locale);
    return html`<li class="fold">
      <span class="mark">${DOT}</span>
      <details>
        <summary>${msg(str`${shown} more entries by the system`)}</summary>
        <ol>
          ${items.map((item) => this.renderOne(item))}
        </ol>
      </details>
    </li>`;
  }

  protected override render(): TemplateResult {
    const all = storyOf(this.ticket, this.comments);
    const hasBoth = all.some(({ isSystem }) => isSystem) && all.some(({ isSystem }) => !isSystem);
    const items = hasBoth && !this.showsSystem ? all.filter(({ isSystem }) => !isSystem) : all;
    return html`<div class="head">
        <h2 id="story">${msg('What happened')}</h2>
        ${
          hasBoth
            ? html`<label class="switch">
                <input type="checkbox" .checked=${this.showsSystem} @change=${this.onSwitch} />
                ${msg('Entries by the system')}
              </label>`
            : nothing
        }
      </div>
      <ol aria-labelledby="story">
        ${repeat(
          foldStory(items),
          ({ id }) => id,
          (item) => (item.kind === 'fold' ? this.renderFold(item) : this.renderOne(item)),
        )}
      </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-story': SiagaStory;
  }
}
