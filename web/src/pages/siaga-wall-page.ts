import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { Keys, type Shortcut } from '../app/shortcuts.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import { readView, type BoardView } from '../board/board-address.js';
import '../board/siaga-heat.js';
import '../board/siaga-view-switch.js';
import { ViewCode } from '../board/views.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import '../components/siaga-skeleton.js';
import { wholeNumber } from '../i18n/numbers.js';
import { exactTime, timeOfDay } from '../i18n/time.js';
import { healthWord } from '../i18n/words.js';
import { WORST_FIRST, type SiteGroup } from '../live/state.js';
import { feedWords } from '../live/feed-words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { keepAwake } from '../wall/awake.js';
import { watchForRenewal } from '../wall/renewal.js';
import '../wall/siaga-wall-incidents.js';
import { DIMS, isDimmed, readDim, type Dim } from '../wall/wall-model.js';
import { wallStyles } from '../wall/wall-styles.js';

/** The wall follows changes at this pace. */
const SETTLE_MS = 500;
/** The pointer and the tools leave when nobody has moved for so long. */
const IDLE_MS = 3000;
const WALL_VIEWS: readonly BoardView[] = ['heat', 'map'];

/** The board for a room: no frame, large type, nothing to click needed, for weeks. */
@customElement('siaga-wall-page')
export class SiagaWallPage extends SiagaPage {
  static override styles = [baseStyles, healthStyles, wallStyles];

  @state() private idle = true;
  @state() private pictureHeight = 0;
  @query('.picture') private picture!: HTMLElement | null;

  private groups: readonly SiteGroup[] = [];
  private incidents: readonly TicketSummary[] = [];
  private readonly code = new ViewCode(this);
  private readonly settle = createThrottle(() => this.renew(), SETTLE_MS);
  private readonly endings: (() => void)[] = [];
  private idling: ReturnType<typeof setTimeout> | undefined;
  private observed: HTMLElement | undefined;
  private readonly resized = new ResizeObserver(([entry]) => {
    if (entry) this.pictureHeight = Math.floor(entry.contentRect.height);
  });

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new Watch(this, () => this.services.session.state);
    new Watch(this, () => this.services.clock.tick);
    new WatchStore(
      this,
      () => this.services.store,
      () => false,
      () => this.take(),
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () => this.keys(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.take();
    this.endings.push(
      this.services.store.subscribe((change) => {
        if (!change.snapshot && change.groups.size + change.incidents.size > 0) this.settle.call();
      }),
      keepAwake(),
      watchForRenewal(this.services.feed),
    );
    window.addEventListener('keydown', this.onMove);
    window.addEventListener('pointermove', this.onMove);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.endings.splice(0)) end();
    window.removeEventListener('keydown', this.onMove);
    window.removeEventListener('pointermove', this.onMove);
    this.settle.cancel();
    clearTimeout(this.idling);
    this.resized.disconnect();
    this.observed = undefined;
    if (document.fullscreenElement) void document.exitFullscreen();
  }

  protected override get heading(): string {
    return msg('Wallboard');
  }

  private get view(): BoardView {
    return readView(this.services.router.location.value.query) === 'map' ? 'map' : 'heat';
  }

  private get dim(): Dim {
    return readDim(this.services.router.location.value.query);
  }

  private take(): void {
    const { groups, incidents } = this.services.store.state;
    this.groups = [...groups.values()];
    this.incidents = [...incidents.values()];
  }

  private renew(): void {
    this.take();
    this.requestUpdate();
  }

  private readonly onMove = (): void => {
    if (this.idle) this.idle = false;
    clearTimeout(this.idling);
    this.idling = setTimeout(() => (this.idle = true), IDLE_MS);
  };

  private readonly toggleFullscreen = (): void => {
    // A browser may refuse: then the page stays as it is.
    const done = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    void done.catch(() => undefined);
  };

  private keys(): Shortcut[] {
    return [
      { key: 'f', label: () => msg('Full screen, and back'), run: this.toggleFullscreen },
      { key: 'Escape', label: () => msg('Leave full screen, then the wallboard'), run: () => this.leave() },
    ];
  }

  private leave(): void {
    // In full screen the browser itself takes Escape to leave that.
    if (!document.fullscreenElement) this.services.router.go('/');
  }

  protected override willUpdate(): void {
    const hour = new Date(this.services.clock.nowMs()).getHours();
    this.toggleAttribute('dimmed', isDimmed(this.dim, hour));
    this.toggleAttribute('idle', this.idle);
  }

  override updated(): void {
    super.updated();
    if (!this.picture || this.observed === this.picture) return;
    if (this.observed) this.resized.unobserve(this.observed);
    this.observed = this.picture;
    this.resized.observe(this.picture);
  }

  private renderCounts(): TemplateResult {
    const { counts } = this.services.store.state;
    return html`<ul class="counts">
      ${WORST_FIRST.map(
        (health) =>
          html`<li class="${counts[health] > 0 ? 'some' : 'none'} ${health}">
            ${healthShape(health)}<strong>${wholeNumber(counts[health], this.locale)}</strong>
            <span>${healthWord(health)}</span>
          </li>`,
      )}
    </ul>`;
  }

  /** A wall has no keyboard at hand: it says what happened in large type, and how to go on. */
  private renderEnded(): TemplateResult | typeof nothing {
    if (this.services.session.state.value.phase !== 'expired') return nothing;
    const ageMs = this.services.feed.ageMs();
    const at = ageMs === undefined ? '' : exactTime(this.services.clock.nowMs() - ageMs, this.locale);
    return html`<p class="ended" role="alert">
      <strong>${msg('The session has ended: this is no longer live.')}</strong>
      ${at === '' ? nothing : msg(str`As of ${at}`)} ${msg('Sign in on this screen to go on.')}
    </p>`;
  }

  private renderPicture(): TemplateResult | typeof nothing {
    if (this.pictureHeight === 0) return nothing;
    if (this.view === 'heat') {
      return html`<siaga-heat still .groups=${this.groups} .wantedHeight=${this.pictureHeight}></siaga-heat>`;
    }
    return this.code.render(
      'map',
      () => html`<siaga-site-map still .groups=${this.groups}></siaga-site-map>`,
    );
  }

  private renderTools(): TemplateResult {
    const words: Readonly<Record<Dim, string>> = {
      auto: msg('Dimmed at night'),
      on: msg('Always dimmed'),
      off: msg('Never dimmed'),
    };
    const onView = (event: CustomEvent<BoardView>): void =>
      this.services.router.setQuery({ view: event.detail });
    const onDim = (event: Event): void => {
      const { value } = event.currentTarget as HTMLSelectElement;
      this.services.router.setQuery({ dim: value === 'auto' ? undefined : value });
    };
    return html`<nav class="tools" aria-label=${msg('Wallboard')}>
      <a href="/">${msg('Board')}</a>
      <siaga-view-switch .view=${this.view} .views=${WALL_VIEWS} @siaga-view=${onView}></siaga-view-switch>
      <select aria-label=${msg('Brightness')} @change=${onDim}>
        ${DIMS.map((dim) => html`<option value=${dim} .selected=${dim === this.dim}>${words[dim]}</option>`)}
      </select>
      <button type="button" @click=${this.toggleFullscreen}>${msg('Full screen (f)')}</button>
    </nav>`;
  }

  protected override render(): TemplateResult {
    const nowMs = this.services.clock.nowMs();
    const { phase } = this.services.feed.state.value;
    const { ready } = this.services.store.state;
    const stale = phase === 'cut' ? 'stale' : '';
    return html`<header>
        <h1 tabindex="-1" class="visually-hidden">${this.heading}</h1>
        ${ready ? this.renderCounts() : nothing}
        <span class="now">
          <span class="feed ${phase}"
            ><span class="dot" aria-hidden="true"></span>${feedWords(this.services.feed, this.locale)}</span
          >
          <time datetime=${new Date(nowMs).toISOString()}>${timeOfDay(nowMs, this.locale)}</time>
        </span>
        ${this.renderEnded()}
      </header>
      ${
        ready
          ? html`<div class="content ${this.view} ${stale}">
              <siaga-wall-incidents .incidents=${this.incidents}></siaga-wall-incidents>
              <div class="picture">${this.renderPicture()}</div>
            </div>`
          : html`<siaga-skeleton lines="8"></siaga-skeleton>`
      }
      ${this.renderTools()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-wall-page': SiagaWallPage;
  }
}
