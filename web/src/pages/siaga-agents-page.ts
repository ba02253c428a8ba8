import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { AGENT_STATES, type Agent, type AgentState, type HealthCounts } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import { icons } from '../components/icons.js';
import '../components/siaga-empty.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { agentNotes, agentNow } from '../fleet/agent-words.js';
import { fleetStyles, rowStyles } from '../fleet/fleet-styles.js';
import { renderHealthLinks } from '../fleet/health-links.js';
import { ListPage } from '../fleet/list-page.js';
import { removeWithUndo } from '../fleet/remove.js';
import '../fleet/siaga-agent-form.js';
import '../fleet/siaga-enrolment.js';
import { field } from '../forms/field.js';
import '../forms/siaga-confirm.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { isolated } from '../i18n/isolated.js';
import { agentStateWord, probeWord } from '../i18n/words.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles, pageStyles, tableStyles } from '../styles/shared.js';

const REFRESH_MS = 15_000;

type Asked = readonly [search: string, siteId: string, state: string, sort: string, page: string];
type Dialog = { kind: 'none' } | { kind: 'enrol' | 'revoke' | 'delete'; agent: Agent };

/** The agents that watch from the sites: their state, and the way to change, enrol and revoke them. */
@customElement('siaga-agents-page')
export class SiagaAgentsPage extends ListPage<Agent> {
  static override styles = [
    baseStyles,
    pageStyles,
    formStyles,
    tableStyles,
    healthStyles,
    fleetStyles,
    rowStyles,
  ];

  @state() private dialog: Dialog = { kind: 'none' };

  protected override readonly kind = 'agents';
  protected override readonly defaultSort = 'name';
  protected override readonly filters = ['q', 'state', 'site_id'];
  protected override readonly throttle = createThrottle(() => this.listed.refresh(), 2000);

  private timer: ReturnType<typeof setInterval> | undefined;

  protected override readonly listed = new Loading(
    this,
    ([search, site_id, wanted, sort, page]: Asked, signal): Promise<Page<Agent>> =>
      this.services.api.list('/monitoring/agents', { search, site_id, state: wanted, sort, page }, signal),
    (): Asked => [
      this.query('q').trim(),
      this.query('site_id'),
      this.query('state'),
      this.query('sort') || this.defaultSort,
      this.query('page'),
    ],
  );

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.agents.size + change.sites.size + change.devices.size > 0,
      (change) => {
        if (change.snapshot || change.agents.size > 0) this.throttle.call();
      },
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Outbox, clock and version are not in the feed.
    this.timer = setInterval(() => {
      if (!document.hidden) this.listed.refresh();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override get heading(): string {
    return msg('Agents');
  }

  protected override get formWords(): { add: string; edit: string } {
    return { add: msg('New agent'), edit: msg('Edit agent') };
  }

  protected override actionWords(name: string): { edit: string; remove: string } {
    return { edit: msg(str`Edit agent ${isolated(name)}`), remove: msg(str`Delete agent ${isolated(name)}`) };
  }

  protected override now(agent: Agent): Agent {
    return agentNow(agent, this.services.store.state.agents.get(agent.id));
  }

  /** Asks first: its credentials do not come back. */
  protected override takeAway(agent: Agent): void {
    this.dialog = { kind: 'delete', agent };
  }

  private readonly closeDialog = (): void => {
    this.dialog = { kind: 'none' };
  };

  private readonly saved = (event: CustomEvent<Agent>): void => {
    const isNew = this.editing === '';
    this.closeForm();
    this.listed.refresh();
    if (isNew) this.dialog = { kind: 'enrol', agent: event.detail };
    else this.services.notices.show(msg(str`Agent ${isolated(event.detail.name)} saved.`));
  };

  private async revoke({ id, name }: Agent): Promise<void> {
    await this.services.api.send('POST', `/monitoring/agents/${encodeURIComponent(id)}/revoke`);
    this.listed.refresh();
    this.services.notices.show(msg(str`Agent ${isolated(name)} is revoked.`));
  }

  private async delete({ id, name }: Agent): Promise<void> {
    await removeWithUndo(this.services, { kind: 'agents', id, name });
    this.listed.refresh();
  }

  protected override renderFilters(): TemplateResult {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    const all: [string, string] = ['', msg('All')];
    return html`${field({
      name: 'q',
      label: msg('Name'),
      type: 'search',
      value: this.query('q'),
      onInput: this.filter,
      maxLength: 100,
      grow: true,
    })}
    ${field({
      name: 'state',
      label: msg('State'),
      value: this.query('state'),
      onInput: this.filter,
      choices: [all, ...AGENT_STATES.map((one): [string, string] => [one, agentStateWord(one)])],
    })}
    ${field({
      name: 'site_id',
      label: msg('Site'),
      value: this.query('site_id'),
      onInput: this.filter,
      choices: [all, ...sites.map(({ id, name }): [string, string] => [id, name])],
    })}`;
  }

  private renderState(of: AgentState): TemplateResult {
    return html`<span class="agent-state ${of}"
      ><span class="dot" aria-hidden="true"></span>${agentStateWord(of)}</span
    >`;
  }

  protected override renderMoreActions(agent: Agent): TemplateResult {
    const enrol = (): void => {
      this.dialog = { kind: 'enrol', agent };
    };
    const revoke = (): void => {
      this.dialog = { kind: 'revoke', agent };
    };
    return agent.state === 'pending' || agent.state === 'revoked'
      ? html`<wa-button size="s" appearance="outlined" @click=${enrol}
          >${icons.key}${msg('Enrol')}</wa-button
        >`
      : html`<button type="button" class="words" @click=${revoke}>${msg('Revoke')}</button>`;
  }

  private renderCells(agent: Agent, counts: HealthCounts | undefined): TemplateResult {
    const site = this.services.store.state.sites.get(agent.site_id);
    return html`<th scope="row">
        <a href=${address('/devices', { agent_id: agent.id })}><bdi>${agent.name}</bdi></a>
        <span class="narrow">${this.renderState(agent.state)}</span>
        ${agentNotes(agent, this.locale).map((note) => html`<span class="note">${note}</span>`)}
      </th>
      <td class="wide">${this.renderState(agent.state)}</td>
      <td>${renderHealthLinks(counts, { agent_id: agent.id }, this.locale)}</td>
      <td class="widest">
        ${site ? html`<a href=${address('/fleet/sites', { q: site.code })}><bdi>${site.name}</bdi></a>` : nothing}
      </td>
      <td class="widest">
        ${agent.version ?? '–'}
        <span class="sub">${agent.probe === null ? nothing : probeWord(agent.probe)}</span>
      </td>
      <td class="wide">
        ${agent.last_seen_at === null ? msg('never') : html`<siaga-time at=${agent.last_seen_at}></siaga-time>`}
      </td>`;
  }

  protected override renderEmpty(): TemplateResult {
    return this.isFiltered
      ? html`<siaga-empty icon="agent" words=${msg('No agent matches these filters.')}>
          <a href="/fleet/agents">${msg('Show all agents')}</a>
        </siaga-empty>`
      : html`<siaga-empty icon="agent" words=${msg('There is no agent yet.')}>
          <span>${msg('Devices are watched by agents: create one for each site.')}</span>
          ${this.mayWrite ? html`<a href="/fleet/agents?add=1">${msg('Create the first agent')}</a>` : nothing}
        </siaga-empty>`;
  }

  /** One pass over the devices, however many agents are shown. */
  private countsByAgent(): Map<string, HealthCounts> {
    const counts = new Map<string, HealthCounts>();
    for (const { agent_id, health } of this.services.store.state.devices.values()) {
      let own = counts.get(agent_id);
      if (!own) counts.set(agent_id, (own = { up: 0, degraded: 0, down: 0, unknown: 0 }));
      own[health] += 1;
    }
    return counts;
  }

  protected override cellsOf(): (agent: Agent) => TemplateResult {
    const counts = this.countsByAgent();
    return (agent) => this.renderCells(agent, counts.get(agent.id));
  }

  protected override renderHeads(): TemplateResult {
    return html`${this.renderSortHead('name', msg('Agent'))}
      ${this.renderSortHead('state', msg('State'), { wide: true })}
      <th scope="col">${msg('Devices')}</th>
      <th scope="col" class="widest">${msg('Site')}</th>
      <th scope="col" class="widest">${msg('Version')}</th>
      ${this.renderSortHead('last_seen_at', msg('Last heard'), { wide: true })}`;
  }

  protected override renderForm(): TemplateResult {
    return html`<siaga-agent-form
      editedId=${this.editing}
      @siaga-saved=${this.saved}
      @siaga-cancel=${this.closeForm}
    ></siaga-agent-form>`;
  }

  protected override renderDialog(): TemplateResult | typeof nothing {
    if (this.dialog.kind === 'none') return nothing;
    const { kind, agent } = this.dialog;
    const { id, name } = agent;
    if (kind === 'enrol') {
      return html`<siaga-form-dialog
        label=${msg(str`Enrol ${isolated(name)}`)}
        @siaga-close=${this.closeDialog}
      >
        <siaga-enrolment agentId=${id} @siaga-cancel=${this.closeDialog}></siaga-enrolment>
      </siaga-form-dialog>`;
    }
    return kind === 'revoke'
      ? html`<siaga-confirm
          label=${msg(str`Revoke ${isolated(name)}?`)}
          words=${msg('Its credentials end at once and it can report no more; its devices become unknown. To use it again it must be enrolled anew.')}
          action=${msg('Revoke agent')}
          .act=${() => this.revoke(agent)}
          @siaga-close=${this.closeDialog}
        ></siaga-confirm>`
      : html`<siaga-confirm
          label=${msg(str`Delete ${isolated(name)}?`)}
          words=${msg('Its credentials are destroyed. Undo brings the agent back, its credentials not: it must then be enrolled anew.')}
          action=${msg('Delete agent')}
          .act=${() => this.delete(agent)}
          @siaga-close=${this.closeDialog}
        ></siaga-confirm>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-agents-page': SiagaAgentsPage;
  }
}
