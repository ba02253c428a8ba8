import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { TIMELINE_KINDS, type Health, type TimelineEntry } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import { timelineWords } from '../i18n/reason-words.js';
import { dayWords } from '../i18n/spans.js';
import { exactTime, timeOfDay } from '../i18n/time.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { concernsDevice } from './concerns.js';
import { byDay, leavesGap, merged } from './timeline.js';
import { timelineStyles } from './timeline-styles.js';

type Kind = TimelineEntry['kind'];

const PER_PAGE = 25;
/** How often new entries are asked for: of a device that flaps, and of one that was calm. */
const REFRESH_MS = 10_000;
const CALM_MS = 1250;

/** What happened to a device, newest first; new entries come by themselves, older ones when asked for. */
@customElement('siaga-timeline')
export class SiagaTimeline extends SiagaElement {
  static override styles = [baseStyles, healthStyles, timelineStyles];

  @property() deviceId = '';

  @state() private entries: TimelineEntry[] | undefined = undefined;
  @state() private hasOlder = false;
  @state() private busy = false;
  @state() private error: unknown = undefined;

  /** What was asked for last; an answer to anything else comes too late. */
  private asked = '';
  private ending = new AbortController();
  /** Older pages are counted from the newest entry of the first, so that newer ones do not shift them. */
  private anchorMs: number | undefined;
  private pagesTaken = 0;
  private retry: () => void = () => undefined;

  private readonly throttle = createThrottle(() => void this.takeNewest(), REFRESH_MS, { calmMs: CALM_MS });

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new WatchStore(
      this,
      () => this.services.store,
      (change) =>
        concernsDevice(change, this.services.store.state, this.deviceId) || this.isAgent(change.agents),
      () => this.throttle.call(),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ending.abort();
    this.throttle.cancel();
    this.asked = '';
  }

  private isAgent(agents: ReadonlySet<string>): boolean {
    const agentId = this.services.store.state.devices.get(this.deviceId)?.agent_id;
    return agentId !== undefined && agents.has(agentId);
  }

  private get kind(): Kind | undefined {
    const told = this.services.router.location.value.query.get('events');
    return TIMELINE_KINDS.find((kind) => kind === told);
  }

  override willUpdate(_changed: PropertyValues<this>): void {
    const wanted = `${this.deviceId} ${this.kind ?? ''}`;
    if (this.asked === wanted) return;
    this.asked = wanted;
    this.entries = undefined;
    this.restart();
  }

  private restart(): void {
    this.ending.abort();
    this.ending = new AbortController();
    this.anchorMs = undefined;
    this.pagesTaken = 0;
    this.busy = false;
    void this.takeOlder();
  }

  private list(page: number, to: number | undefined) {
    return this.services.api.list<TimelineEntry>(
      `/monitoring/devices/${encodeURIComponent(this.deviceId)}/timeline`,
      { page, per_page: PER_PAGE, kind: this.kind, to: to === undefined ? undefined : Math.round(to) },
      this.ending.signal,
    );
  }

  /** Runs a request and takes its answer, unless something else was asked for meanwhile. */
  private async take<T>(ask: () => Promise<T>, use: (answer: T) => void, again: () => void): Promise<void> {
    const { signal } = this.ending;
    this.busy = true;
    try {
      const answer = await ask();
      if (signal.aborted) return;
      this.error = undefined;
      use(answer);
    } catch (thrown) {
      if (signal.aborted) return;
      this.error = thrown;
      this.retry = again;
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  private readonly takeOlder = (): Promise<void> => {
    if (this.busy) return Promise.resolve();
    return this.take(
      () => this.list(this.pagesTaken + 1, this.anchorMs),
      ({ items, pagination }) => {
        const [newest] = items;
        if (newest) this.anchorMs ??= Date.parse(newest.at) + 1;
        // The first page after a restart stands alone: what was known before may lie beyond a hole.
        this.entries = this.pagesTaken === 0 ? [...items] : merged(this.entries ?? [], items);
        this.pagesTaken += 1;
        this.hasOlder = pagination.has_next;
      },
      () => void this.takeOlder(),
    );
  };

  private readonly takeNewest = (): Promise<void> => {
    const known = this.entries;
    if (!known) return Promise.resolve();
    if (this.busy) {
      this.throttle.call();
      return Promise.resolve();
    }
    return this.take(
      () => this.list(1, undefined),
      ({ items, pagination }) => {
        if (leavesGap(known, items, pagination.has_next)) this.restart();
        else this.entries = merged(known, items);
      },
      () => void this.takeNewest(),
    );
  };

  private kindWord(kind: Kind): string {
    switch (kind) {
      case 'health':
        return msg('Health');
      case 'incident':
        return msg('Incidents');
      case 'agent':
        return msg('Agent');
      case 'late-data':
        return msg('Late data');
      case 'note':
        return msg('Notes');
    }
  }

  private renderFilter(): TemplateResult {
    const link = (kind: Kind | undefined, words: string): TemplateResult =>
      html`<a
        href=${this.services.router.withQuery({ events: kind ?? '' })}
        aria-current=${kind === this.kind ? 'true' : nothing}
        >${words}</a
      >`;
    return html`<nav class="kinds" aria-label=${msg('Kind of entries')}>
      ${link(undefined, msg('All'))} ${TIMELINE_KINDS.map((kind) => link(kind, this.kindWord(kind)))}
    </nav>`;
  }

  private mark({ kind, code, data }: TimelineEntry): TemplateResult {
    if (kind === 'health') {
      const to = data['to'];
      const health: Health = to === 'up' || to === 'down' || to === 'degraded' ? to : 'unknown';
      return healthShape(health);
    }
    if (kind === 'incident') {
      return code === 'resolved' || code === 'closed'
        ? html`<span class="calm">${icons.calm}</span>`
        : icons.incidents;
    }
    if (kind === 'agent') return icons.fleet;
    return kind === 'late-data' ? icons.retry : icons.edit;
  }

  private renderEntry(entry: TimelineEntry): TemplateResult {
    const atMs = Date.parse(entry.at);
    return html`<li class=${entry.kind}>
      <time datetime=${entry.at} title=${exactTime(atMs, this.locale)}>${timeOfDay(atMs, this.locale)}</time>
      <span class="mark">${this.mark(entry)}</span>
      <span class="what">
        <span dir="auto">${timelineWords(entry, this.locale)}</span>
        ${
          entry.ticket_id === null
            ? nothing
            : html`<a class="ticket" href=${incidentAddress(entry.ticket_id)}
                >${entry.ticket_number ?? msg('Incident')}</a
              >`
        }
      </span>
    </li>`;
  }

  private renderEntries(entries: readonly TimelineEntry[]): TemplateResult {
    if (entries.length === 0) {
      const words = this.kind ? msg('Nothing of this kind so far.') : msg('Nothing has happened so far.');
      return html`<siaga-empty words=${words}></siaga-empty>`;
    }
    const days = byDay(entries, (atMs) => dayWords(atMs, this.locale));
    return html`${repeat(
      days,
      ({ key }) => key,
      ({ key, entries: of }) =>
        html`<h3>${key}</h3>
          <ol>
            ${repeat(
              of,
              ({ id }) => id,
              (entry) => this.renderEntry(entry),
            )}
          </ol>`,
    )}
    ${
      this.hasOlder
        ? html`<wa-button class="older" appearance="outlined" ?loading=${this.busy} @click=${this.takeOlder}
            >${msg('Older')}</wa-button
          >`
        : nothing
    }`;
  }

  protected override render(): TemplateResult {
    const failure =
      this.error === undefined
        ? nothing
        : html`<siaga-failure .error=${this.error} @siaga-retry=${() => this.retry()}></siaga-failure>`;
    const list = this.entries
      ? this.renderEntries(this.entries)
      : failure === nothing
        ? html`<siaga-skeleton .lines=${6}></siaga-skeleton>`
        : nothing;
    return html`${this.renderFilter()} ${failure} ${list}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-timeline': SiagaTimeline;
  }
}
