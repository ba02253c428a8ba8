import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { LiveDevice, LiveSite, TicketSummary } from '@siaga/shared';
import { Keys } from '../app/shortcuts.js';
import { address, deviceAddress, incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-combobox.js';
import type { ComboGroup, ComboOption, SiagaCombobox } from '../components/siaga-combobox.js';
import { healthShape } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord, incidentTitle, statusWord } from '../i18n/words.js';
import { isOpen } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { createSearch, type Hits } from './search.js';

/** The hub is asked for earlier incidents when nobody has typed for this long. */
const PAUSE_MS = 250;
/** Fewer letters fit too much to be worth a question. */
const ASK_FROM = 3;
const EARLIER_AT_MOST = 8;

const none: Hits<never> = { items: [], total: 0 };

/** One search over everything: the live store at once, and the hub for incidents that are over. */
@customElement('siaga-search')
export class SiagaSearch extends SiagaElement {
  static override styles = baseStyles;

  @state() private text = '';
  @state() private earlier: { query: string; tickets: readonly TicketSummary[] } | undefined;
  @state() private asking = false;

  @query('siaga-combobox') private box!: SiagaCombobox;

  private readonly search = createSearch();
  private pause: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | undefined;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      () => this.text !== '',
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () => [{ key: '/', label: () => msg('Search'), run: () => this.box.select(), scope: 'app' }],
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.pause);
    this.asked?.abort();
  }

  private typed(event: CustomEvent<string>): void {
    this.text = event.detail;
    clearTimeout(this.pause);
    this.asked?.abort();
    this.asking = false;
    const query = this.text.trim();
    if (query.length < ASK_FROM || !this.may('tickets:read')) return;
    this.pause = setTimeout(() => void this.askEarlier(query), PAUSE_MS);
  }

  /** What is open fits first; only where nothing does is it worth asking for what is over. */
  private async askEarlier(query: string): Promise<void> {
    if ((this.search.find(this.services.store.state, query)?.incidents.total ?? 0) > 0) return;
    const mine = new AbortController();
    this.asked = mine;
    this.asking = true;
    try {
      const { items } = await this.services.api.list<TicketSummary>(
        '/tickets',
        { search: query.slice(0, 200), sort: '-created_at', per_page: EARLIER_AT_MOST },
        mine.signal,
      );
      if (!mine.signal.aborted) this.earlier = { query, tickets: items.filter((ticket) => !isOpen(ticket)) };
    } catch {
      // The live hits stand; what is over is a courtesy.
      if (!mine.signal.aborted) this.earlier = undefined;
    } finally {
      if (this.asked === mine) this.asking = false;
    }
  }

  private chosen(event: CustomEvent<string>): void {
    this.text = '';
    this.earlier = undefined;
    clearTimeout(this.pause);
    this.services.router.go(event.detail);
  }

  private siteOption({ id, name, code }: LiveSite): ComboOption {
    const { groups } = this.services.store.state;
    const worst = groups.get(id)?.worst;
    return {
      id: address('/devices', { site_id: id }),
      content: html`${worst ? healthShape(worst) : nothing}<span class="main"><bdi>${name}</bdi></span>
        <span class="side">${code}${worst ? html` · ${healthWord(worst)}` : nothing}</span>`,
    };
  }

  private deviceOption({ id, name, address: at, health }: LiveDevice): ComboOption {
    return {
      id: deviceAddress(id),
      content: html`${healthShape(health)}<span class="main"><bdi>${name}</bdi></span>
        <span class="side">${at === name ? nothing : html`${at} · `}${healthWord(health)}</span>`,
    };
  }

  private incidentOption(ticket: TicketSummary): ComboOption {
    const { devices } = this.services.store.state;
    const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
    return {
      id: incidentAddress(ticket.id),
      content: html`${device && isOpen(ticket) ? healthShape(device.health) : nothing}
        <span class="main"><bdi>${incidentTitle(ticket, device?.name)}</bdi></span>
        <span class="side">${ticket.ticket_number} · ${statusWord(ticket.status)}</span>`,
    };
  }

  private allOption(total: number, shown: number, to: string): ComboOption[] {
    if (total <= shown) return [];
    const count = wholeNumber(total, this.locale);
    return [{ id: to, content: html`<span class="main all">${msg(str`Show all ${count}`)}</span>` }];
  }

  private groups(): ComboGroup[] {
    const { sites, devices, incidents } = this.search.find(this.services.store.state, this.text) ?? {
      sites: none,
      devices: none,
      incidents: none,
    };
    const q = this.text.trim();
    const earlier = this.earlier?.query === q && incidents.total === 0 ? this.earlier.tickets : [];
    return [
      {
        label: msg('Sites'),
        options: [
          ...sites.items.map((site) => this.siteOption(site)),
          ...this.allOption(sites.total, sites.items.length, address('/fleet/sites', { q })),
        ],
      },
      {
        label: msg('Devices'),
        options: [
          ...devices.items.map((device) => this.deviceOption(device)),
          ...this.allOption(devices.total, devices.items.length, address('/devices', { q })),
        ],
      },
      {
        label: msg('Open incidents'),
        options: incidents.items.map((ticket) => this.incidentOption(ticket)),
      },
      { label: msg('Earlier incidents'), options: earlier.map((ticket) => this.incidentOption(ticket)) },
    ];
  }

  protected override render(): TemplateResult {
    const isAsked = this.text.trim() !== '';
    const nothingFits = this.asking ? msg('Looking…') : msg('Nothing fits.');
    return html`<search>
      <siaga-combobox
        floating
        label-hidden
        name="search"
        key="/"
        label=${msg('Search sites, devices and incidents')}
        placeholder=${msg('Search')}
        .value=${this.text}
        .groups=${isAsked ? this.groups() : []}
        .busy=${this.asking}
        none=${isAsked ? nothingFits : ''}
        @siaga-type=${this.typed}
        @siaga-choose=${this.chosen}
      ></siaga-combobox>
    </search>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-search': SiagaSearch;
  }
}
