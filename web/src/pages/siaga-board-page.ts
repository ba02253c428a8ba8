import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { HEALTHS, type Health } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { address } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { boardModel, type BoardModel } from '../board/board-model.js';
import '../board/siaga-health-counts.js';
import '../board/siaga-incident-pane.js';
import '../board/siaga-site-tile.js';
import type { CellHover } from '../board/siaga-site-tile.js';
import '../components/siaga-empty.js';
import '../components/siaga-health.js';
import '../components/siaga-skeleton.js';
import '../components/siaga-time.js';
import { field } from '../forms/field.js';
import { wholeNumber } from '../i18n/numbers.js';
import { devicesWord, healthWord } from '../i18n/words.js';
import type { SiteGroup } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles, pageStyles } from '../styles/shared.js';
import { boardStyles } from '../board/board-styles.js';

/** With more calm sites than this they are folded into one line. */
const CALM_TILES = 24;

/** What is wrong, where, since when: all sites at a glance and the open incidents beside them. */
@customElement('siaga-board-page')
export class SiagaBoardPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, formStyles, boardStyles];

  @state() private hovered: CellHover | undefined;

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.devices.size > 0 || change.sites.size > 0,
    );
  }

  protected override get heading(): string {
    return msg('Board');
  }

  private get text(): string {
    return this.services.router.location.value.query.get('q') ?? '';
  }

  private get health(): Health | undefined {
    const wanted = this.services.router.location.value.query.get('health');
    return HEALTHS.find((health) => health === wanted);
  }

  private readonly filter = (name: string, value: string): void => {
    this.services.router.setQuery({ [name]: value });
  };

  private renderFilters(): TemplateResult {
    const choices: [string, string][] = [['', msg('All')]];
    for (const health of ['down', 'degraded', 'unknown', 'up'] as const)
      choices.push([health, healthWord(health)]);
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Site, device or address'),
        type: 'search',
        value: this.text,
        onInput: this.filter,
        grow: true,
      })}
      ${field({
        name: 'health',
        label: msg('Health'),
        value: this.health ?? '',
        onInput: this.filter,
        choices,
      })}
    </form>`;
  }

  private renderTiles(groups: readonly SiteGroup[]): TemplateResult {
    return html`<ul class="tiles">
      ${repeat(
        groups,
        ({ siteId }) => siteId,
        (group) => html`<li><siaga-site-tile .group=${group}></siaga-site-tile></li>`,
      )}
    </ul>`;
  }

  /** Calm sites are quiet: tiles where they are few, one foldable line of names where they are many. */
  private renderCalm(calm: readonly SiteGroup[]): TemplateResult | typeof nothing {
    if (calm.length === 0) return nothing;
    if (calm.length <= CALM_TILES) {
      return html`<section aria-labelledby="calm">
        <h2 id="calm">${msg('All well')}</h2>
        ${this.renderTiles(calm)}
      </section>`;
    }
    const shown = wholeNumber(calm.length, this.locale);
    return html`<details class="card">
      <summary>${msg(str`${shown} sites where all is well`)}</summary>
      <ul class="names">
        ${repeat(
          calm,
          ({ siteId }) => siteId,
          ({ siteId, site, devices }) =>
            html`<li>
              <a href=${address('/devices', { site_id: siteId })}>${site?.name ?? msg('Unnamed site')}</a>
              <span class="quiet">${wholeNumber(devices.length, this.locale)}</span>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  private renderSites(model: BoardModel): TemplateResult {
    if (model.shownDevices === 0) {
      return html`<siaga-empty icon="board" words=${msg('No site or device matches this filter.')}>
        <a href="/">${msg('Show everything')}</a>
      </siaga-empty>`;
    }
    return html`${
      model.troubled.length === 0
        ? nothing
        : html`<section aria-labelledby="troubled">
            <h2 id="troubled">${msg('Needs attention')}</h2>
            ${this.renderTiles(model.troubled)}
          </section>`
    }
    ${this.renderCalm(model.calm)}`;
  }

  private renderFirstSteps(total: number): TemplateResult | typeof nothing {
    if (total > 1 || !this.may('monitoring:write')) return nothing;
    return html`<section class="card first-steps">
      <div>
        <h2>${msg('Watch your first device')}</h2>
        <p class="quiet">
          ${
            total === 1
              ? msg(
                  'Siaga is watching this machine already. An address is enough to add the next: a router, an ATM, a server.',
                )
              : msg('An address is enough: a router, an ATM, a server.')
          }
        </p>
      </div>
      <wa-button variant="brand" href="/devices?add=1">${msg('Add a device')}</wa-button>
    </section>`;
  }

  private renderHovered(): TemplateResult | typeof nothing {
    if (!this.hovered) return nothing;
    const { device } = this.hovered;
    return html`<div class="hover" popover="manual" aria-hidden="true">
      <strong>${device.name}</strong>
      <span class="mono">${device.address}</span>
      <span
        ><siaga-health health=${device.health}></siaga-health> ·
        <siaga-time mode="for" at=${device.since}></siaga-time
      ></span>
    </div>`;
  }

  override updated(): void {
    super.updated();
    const card = this.renderRoot.querySelector<HTMLElement>('.hover');
    if (!card || !this.hovered) return;
    if (!card.matches(':popover-open')) card.showPopover();
    const { rect } = this.hovered;
    const { offsetWidth, offsetHeight } = card;
    const left = Math.min(
      Math.max(8, rect.left + rect.width / 2 - offsetWidth / 2),
      innerWidth - offsetWidth - 8,
    );
    const above = rect.top - offsetHeight - 6;
    card.style.left = `${left}px`;
    card.style.top = `${above > 8 ? above : rect.bottom + 6}px`;
  }

  private readonly onCell = (event: CustomEvent<CellHover | undefined>): void => {
    this.hovered = event.detail;
  };

  private renderLoading(): TemplateResult {
    return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>
      <div class="card"><siaga-skeleton lines="8"></siaga-skeleton></div>`;
  }

  protected override render(): TemplateResult {
    const { state } = this.services.store;
    if (!state.ready) return this.renderLoading();
    const model = boardModel(state.groups.values(), { text: this.text, health: this.health });
    const total = state.devices.size;
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        <span class="quiet">${devicesWord(total, wholeNumber(total, this.locale))}</span>
      </div>
      <div class="stack ${stale}">
        <siaga-health-counts .counts=${model.counts}></siaga-health-counts>
        <div class="split">
          <div class="sites" @siaga-cell=${this.onCell}>
            ${this.renderFirstSteps(total)}
            ${total === 0 ? nothing : html`${this.renderFilters()} ${this.renderSites(model)}`}
          </div>
          <aside aria-label=${msg('Open incidents')}>
            <siaga-incident-pane></siaga-incident-pane>
          </aside>
        </div>
      </div>
      ${this.renderHovered()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-board-page': SiagaBoardPage;
  }
}
