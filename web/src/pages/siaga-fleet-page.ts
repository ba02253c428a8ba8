import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Agent, AgentState, Site } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { address } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-empty.js';
import { icons } from '../components/icons.js';
import '../components/siaga-time.js';
import { fleetStyles } from '../fleet/fleet-styles.js';
import '../fleet/siaga-agent-form.js';
import '../fleet/siaga-enrolment.js';
import '../fleet/siaga-site-form.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { agentStateWord, probeWord } from '../i18n/words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';

/** A clock further off than this is worth a word (detection.md, rule 15). */
const CLOCK_OFF_MS = 2000;
const REFRESH_MS = 15_000;
/** The most that the hub gives in one page. */
const PER_PAGE = 200;

type Dialog = { kind: 'none' } | { kind: 'site' } | { kind: 'agent' } | { kind: 'enrolment'; agent: Agent };

/** Sites, and the agents that watch from them. */
@customElement('siaga-fleet-page')
export class SiagaFleetPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, formStyles, tableStyles, fleetStyles];

  @state() private dialog: Dialog = { kind: 'none' };

  private refresh: ReturnType<typeof setInterval> | undefined;

  private readonly sites = new Loading(
    this,
    (_args: readonly [], signal): Promise<Page<Site>> =>
      this.services.api.list('/monitoring/sites', { per_page: PER_PAGE }, signal),
    () => [] as const,
  );
  private readonly agents = new Loading(
    this,
    (_args: readonly [], signal): Promise<Page<Agent>> =>
      this.services.api.list('/monitoring/agents', { per_page: PER_PAGE }, signal),
    () => [] as const,
  );
  private readonly throttle = createThrottle(() => {
    this.sites.refresh();
    this.agents.refresh();
  }, 2000);

  constructor() {
    super();
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.agents.size > 0 || change.sites.size > 0,
      () => this.throttle.call(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { query } = this.services.router.location.value;
    if (query.get('add') === 'site' && this.may('monitoring:write')) this.dialog = { kind: 'site' };
    this.refresh = setInterval(() => {
      if (!document.hidden) this.agents.refresh();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refresh);
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Sites and agents');
  }

  private readonly closeDialog = (): void => {
    this.dialog = { kind: 'none' };
    this.services.router.setQuery({ add: '' });
  };

  private readonly siteSaved = (event: CustomEvent<Site>): void => {
    this.closeDialog();
    this.sites.refresh();
    this.services.notices.show(msg(str`Site ${event.detail.name} created.`));
  };

  private readonly agentSaved = (event: CustomEvent<Agent>): void => {
    this.agents.refresh();
    this.dialog = { kind: 'enrolment', agent: event.detail };
  };

  private renderSites({ items, pagination }: Page<Site>): TemplateResult {
    if (items.length === 0) {
      return html`<siaga-empty icon="fleet" words=${msg('There is no site yet.')}>
        <span>${msg('A site is a branch, an ATM location or a data centre.')}</span>
      </siaga-empty>`;
    }
    const { groups } = this.services.store.state;
    const more = pagination.total - items.length;
    return html`<div class="table-scroll">
        <table aria-label=${msg('Sites')}>
          <thead>
            <tr>
              <th scope="col">${msg('Site')}</th>
              <th scope="col">${msg('Code')}</th>
              <th scope="col" class="wide">${msg('Region')}</th>
              <th scope="col" class="wide">${msg('Time zone')}</th>
              <th scope="col" class="number">${msg('Devices')}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              items,
              ({ id }) => id,
              ({ id, name, code, region, timezone }) =>
                html`<tr>
                  <th scope="row"><a href=${address('/devices', { site_id: id })}>${name}</a></th>
                  <td class="mono">${code}</td>
                  <td class="wide">${region ?? nothing}</td>
                  <td class="wide">${timezone}</td>
                  <td class="number">${wholeNumber(groups.get(id)?.devices.length ?? 0, this.locale)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${more > 0 ? html`<p class="quiet">${msg(str`and ${wholeNumber(more, this.locale)} more`)}</p>` : nothing}`;
  }

  /** What of an agent's condition needs a word. */
  private renderNotes(agent: Agent): TemplateResult[] {
    const notes: TemplateResult[] = [];
    if (agent.probe !== null && agent.probe !== 'raw') {
      notes.push(
        html`<span class="note"
          >${probeWord(agent.probe)}${agent.probe_note ? `: ${agent.probe_note}` : ''}</span
        >`,
      );
    }
    if (agent.outbox_rows !== null && agent.outbox_rows > 0) {
      const rows = wholeNumber(agent.outbox_rows, this.locale);
      notes.push(html`<span class="note">${msg(str`${rows} samples wait on its disk`)}</span>`);
    }
    if (agent.lost_samples !== null && agent.lost_samples > 0) {
      const lost = wholeNumber(agent.lost_samples, this.locale);
      notes.push(html`<span class="note">${msg(str`${lost} samples were lost to a full disk`)}</span>`);
    }
    const offsetMs = agent.clock_offset_ms;
    if (offsetMs !== null && Math.abs(offsetMs) > CLOCK_OFF_MS) {
      const off = durationWords(Math.abs(offsetMs), this.locale);
      notes.push(
        html`<span class="note">
          ${offsetMs > 0 ? msg(str`Its clock is ${off} fast`) : msg(str`Its clock is ${off} slow`)}
        </span>`,
      );
    }
    return notes;
  }

  private renderState(state: AgentState): TemplateResult {
    return html`<span class="agent-state ${state}"
      ><span class="dot" aria-hidden="true"></span>${agentStateWord(state)}</span
    >`;
  }

  private renderAgent(asked: Agent, mayWrite: boolean): TemplateResult {
    const agent = { ...asked, ...this.services.store.state.agents.get(asked.id) };
    const site = this.services.store.state.sites.get(agent.site_id);
    const notes = this.renderNotes(agent);
    const enrol = (): void => {
      this.dialog = { kind: 'enrolment', agent };
    };
    return html`<tr>
      <th scope="row">${agent.name}${notes}</th>
      <td>${this.renderState(agent.state)}</td>
      <td class="wide">${site?.name ?? nothing}</td>
      <td class="wide">${agent.version ?? '–'}</td>
      <td class="wide">${agent.probe === null ? '–' : probeWord(agent.probe)}</td>
      <td class="wide number">
        ${agent.outbox_rows === null ? '–' : wholeNumber(agent.outbox_rows, this.locale)}
      </td>
      <td class="wide number">
        <a href=${address('/devices', { agent_id: agent.id })}
          >${wholeNumber(agent.device_count, this.locale)}</a
        >
      </td>
      <td class="wide">
        ${agent.last_seen_at === null ? msg('never') : html`<siaga-time at=${agent.last_seen_at}></siaga-time>`}
      </td>
      <td>
        ${
          mayWrite && agent.state === 'pending'
            ? html`<wa-button size="s" appearance="outlined" @click=${enrol}
                >${icons.key}${msg('Enrol')}</wa-button
              >`
            : nothing
        }
      </td>
    </tr>`;
  }

  private renderAgents({ items, pagination }: Page<Agent>, mayWrite: boolean): TemplateResult {
    if (items.length === 0) {
      return html`<siaga-empty icon="devices" words=${msg('There is no agent yet.')}>
        <span>${msg('Devices are watched by agents: create one for each site.')}</span>
      </siaga-empty>`;
    }
    const more = pagination.total - items.length;
    return html`<div class="table-scroll">
        <table aria-label=${msg('Agents')}>
          <thead>
            <tr>
              <th scope="col">${msg('Agent')}</th>
              <th scope="col">${msg('State')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              <th scope="col" class="wide">${msg('Version')}</th>
              <th scope="col" class="wide">${msg('Probing')}</th>
              <th scope="col" class="wide number">${msg('Outbox')}</th>
              <th scope="col" class="wide number">${msg('Devices')}</th>
              <th scope="col" class="wide">${msg('Last heard')}</th>
              <th scope="col"><span class="visually-hidden">${msg('Actions')}</span></th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              items,
              ({ id }) => id,
              (agent) => this.renderAgent(agent, mayWrite),
            )}
          </tbody>
        </table>
      </div>
      ${more > 0 ? html`<p class="quiet">${msg(str`and ${wholeNumber(more, this.locale)} more`)}</p>` : nothing}`;
  }

  private renderDialog(): TemplateResult | typeof nothing {
    switch (this.dialog.kind) {
      case 'none':
        return nothing;
      case 'site':
        return html`<siaga-form-dialog label=${msg('New site')} @siaga-close=${this.closeDialog}>
          <siaga-site-form @siaga-saved=${this.siteSaved} @siaga-cancel=${this.closeDialog}></siaga-site-form>
        </siaga-form-dialog>`;
      case 'agent':
        return html`<siaga-form-dialog label=${msg('New agent')} @siaga-close=${this.closeDialog}>
          <siaga-agent-form
            @siaga-saved=${this.agentSaved}
            @siaga-cancel=${this.closeDialog}
          ></siaga-agent-form>
        </siaga-form-dialog>`;
      case 'enrolment': {
        const { id, name } = this.dialog.agent;
        return html`<siaga-form-dialog label=${msg(str`Enrol ${name}`)} @siaga-close=${this.closeDialog}>
          <siaga-enrolment agentId=${id} @siaga-cancel=${this.closeDialog}></siaga-enrolment>
        </siaga-form-dialog>`;
      }
    }
  }

  private renderAdd(words: string, dialog: Dialog): TemplateResult {
    const open = (): void => {
      this.dialog = dialog;
    };
    return html`<wa-button appearance="outlined" @click=${open}>${icons.add}${words}</wa-button>`;
  }

  protected override render(): TemplateResult {
    const mayWrite = this.may('monitoring:write');
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>
      <div class="stack ${stale}">
        <section aria-labelledby="agents">
          <div class="section-head">
            <h2 id="agents">${msg('Agents')}</h2>
            ${mayWrite ? this.renderAdd(msg('New agent'), { kind: 'agent' }) : nothing}
          </div>
          ${this.agents.render((page) => this.renderAgents(page, mayWrite))}
        </section>
        <section aria-labelledby="sites">
          <div class="section-head">
            <h2 id="sites">${msg('Sites')}</h2>
            ${mayWrite ? this.renderAdd(msg('New site'), { kind: 'site' }) : nothing}
          </div>
          ${this.sites.render((page) => this.renderSites(page))}
        </section>
      </div>
      ${this.renderDialog()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-fleet-page': SiagaFleetPage;
  }
}
