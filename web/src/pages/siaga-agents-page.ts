import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { AGENT_STATES, type Agent, type AgentState, type HealthCounts } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address } from '../app/routes.js';
import { createThrottle } from '../app/throttle.js';
import { icons } from '../components/icons.js';
import '../components/siaga-empty.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-pager.js';
import '../components/siaga-time.js';
import { agentNotes, agentNow } from '../fleet/agent-words.js';
import { fleetStyles, rowStyles } from '../fleet/fleet-styles.js';
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

  protected override readonly defaultSort = 'name';

  private timer: ReturnType<typeof setInterval> | undefined;

  private readonly throttle = createThrottle(() => this.agents.refresh(), 2000);

  private readonly agents = new Loading(
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
      if (!document.hidden) this.agents.refresh();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.throttle.cancel();
  }

  protected override get heading(): string {
    return msg('Agents');
  }

  protected override thing(id: string): Agent | undefined {
    return this.agents.value?.items.find((agent) => agent.id === id);
  }

  protected override takeAway(agent: Agent): void {
    this.dialog = { kind: 'delete', agent };
  }

  private readonly closeDialog = (): void => {
    this.dialog = { kind: 'none' };
  };

  private readonly saved = (event: CustomEvent<Agent>): void => {
    const isNew = this.editing === '';
    this.closeForm();
    this.agents.refresh();
    if (isNew) this.dialog = { kind: 'enrol', agent: event.detail };
    else this.services.notices.show(msg(str`Agent ${isolated(event.detail.name)} saved.`));
  };

  private async revoke({ id, name }: Agent): Promise<void> {
    await this.services.api.send('POST', `/monitoring/agents/${encodeURIComponent(id)}/revoke`);
    this.agents.refresh();
    this.services.notices.show(msg(str`Agent ${isolated(name)} is revoked.`));
  }

  private async delete({ id, name }: Agent): Promise<void> {
    await removeWithUndo(this.services, { kind: 'agents', id, name });
    this.agents.refresh();
  }

  private renderFilters(): TemplateResult {
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    const all: [string, string] = ['', msg('All')];
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
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
      })}
    </form>`;
  }

  private renderState(of: AgentState): TemplateResult {
    return html`<span class="agent-state ${of}"
      ><span class="dot" aria-hidden="true"></span>${agentStateWord(of)}</span
    >`;
  }

  private renderMore(agent: Agent): TemplateResult {
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

  private renderRow(asked: Agent, countsOf: ReadonlyMap<string, HealthCounts>): TemplateResult {
    const { agents, sites } = this.services.store.state;
    const agent = agentNow(asked, agents.get(asked.id));
    const site = sites.get(agent.site_id);
    return html`<tr data-id=${agent.id}>
      <th scope="row">
        <a href=${address('/devices', { agent_id: agent.id })}><bdi>${agent.name}</bdi></a>
        <span class="narrow">${this.renderState(agent.state)}</span>
        ${agentNotes(agent, this.locale).map((note) => html`<span class="note">${note}</span>`)}
      </th>
      <td class="wide">${this.renderState(agent.state)}</td>
      <td>${this.renderCounts(countsOf.get(agent.id), { agent_id: agent.id })}</td>
      <td class="wide">
        ${site ? html`<a href=${address('/fleet/sites', { q: site.code })}><bdi>${site.name}</bdi></a>` : nothing}
      </td>
      <td class="wide">
        ${agent.version ?? '–'}
        <span class="sub">${agent.probe === null ? nothing : probeWord(agent.probe)}</span>
      </td>
      <td class="wide">
        ${agent.last_seen_at === null ? msg('never') : html`<siaga-time at=${agent.last_seen_at}></siaga-time>`}
      </td>
      ${
        this.mayWrite
          ? html`<td>
              ${this.renderActions(
                agent,
                {
                  edit: msg(str`Edit agent ${isolated(agent.name)}`),
                  remove: msg(str`Delete agent ${isolated(agent.name)}`),
                },
                this.renderMore(agent),
              )}
            </td>`
          : nothing
      }
    </tr>`;
  }

  private renderEmpty(): TemplateResult {
    return ['q', 'state', 'site_id'].some((name) => this.query(name) !== '')
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

  private renderList({ items, pagination }: Page<Agent>): TemplateResult {
    if (items.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    const countsOf = this.countsByAgent();
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderSortHead('name', msg('Agent'))}
              ${this.renderSortHead('state', msg('State'), { wide: true })}
              <th scope="col">${msg('Devices')}</th>
              <th scope="col" class="wide">${msg('Site')}</th>
              <th scope="col" class="wide">${msg('Version')}</th>
              ${this.renderSortHead('last_seen_at', msg('Last heard'), { wide: true })}
              ${
                this.mayWrite
                  ? html`<th scope="col"><span class="visually-hidden">${msg('Actions')}</span></th>`
                  : nothing
              }
            </tr>
          </thead>
          <tbody>
            ${repeat(
              items,
              ({ id }) => id,
              (agent) => this.renderRow(agent, countsOf),
            )}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  private renderForm(): TemplateResult | typeof nothing {
    if (!this.mayWrite || (this.editing === '' && this.query('add') === '')) return nothing;
    const label = this.editing === '' ? msg('New agent') : msg('Edit agent');
    return html`<siaga-form-dialog label=${label} @siaga-close=${this.closeForm}>
      <siaga-agent-form
        editedId=${this.editing}
        @siaga-saved=${this.saved}
        @siaga-cancel=${this.closeForm}
      ></siaga-agent-form>
    </siaga-form-dialog>`;
  }

  private renderDialog(): TemplateResult | typeof nothing {
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

  protected override render(): TemplateResult {
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${
          this.mayWrite
            ? html`<div class="actions">
                <wa-button variant="brand" href=${this.services.router.withQuery({ add: '1' })}>
                  ${icons.add}${msg('New agent')}
                </wa-button>
              </div>`
            : nothing
        }
      </div>
      ${this.renderNoRight()} ${this.renderFilters()}
      <div class=${this.staleClass} aria-busy=${this.agents.pending}>
        ${this.agents.render((page) => this.renderList(page), 10)}
      </div>
      ${this.renderForm()} ${this.renderDialog()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-agents-page': SiagaAgentsPage;
  }
}
