import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Agent, CreateAgentBody, UpdateAgentBody } from '@siaga/shared';
import { EditForm } from '../forms/edit-form.js';
import { presentFaults, requiredFault, type Faults } from '../forms/faults.js';
import { field } from '../forms/field.js';
import type { DraftValue } from '../forms/merge.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';

interface AgentDraft {
  readonly [name: string]: string;
  readonly name: string;
  readonly site_id: string;
}

/** Creates an agent, or changes the one of `editedId`. */
@customElement('siaga-agent-form')
export class SiagaAgentForm extends EditForm<Agent, AgentDraft> {
  protected override readonly collection = '/monitoring/agents';

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.sites.size > 0,
    );
  }

  protected override emptyDraft(): AgentDraft {
    const { sites } = this.services.store.state;
    const [only] = sites.keys();
    return { name: '', site_id: sites.size === 1 && only !== undefined ? only : '' };
  }

  protected override draftOf({ name, site_id }: Agent): AgentDraft {
    return { name, site_id };
  }

  protected override bodyOf(draft: AgentDraft, before: Agent | undefined): object | undefined {
    const name = draft.name.trim();
    if (!before) return { name, site_id: draft.site_id } satisfies CreateAgentBody;
    const body: UpdateAgentBody = {};
    if (name !== before.name) body.name = name;
    if (draft.site_id !== before.site_id) body.site_id = draft.site_id;
    return Object.keys(body).length === 0 ? undefined : body;
  }

  protected override check(draft: AgentDraft): Faults {
    return presentFaults({ name: requiredFault(draft.name), site_id: requiredFault(draft.site_id) });
  }

  protected override get createWord(): string {
    return msg('Create agent');
  }

  protected override labelOf(name: string): string {
    return name === 'name' ? msg('Name') : msg('Site');
  }

  protected override valueWords(name: string, value: DraftValue): string {
    const text = String(value);
    return name === 'site_id' ? (this.services.store.state.sites.get(text)?.name ?? text) : text;
  }

  protected override renderFields(): TemplateResult {
    const { draft, faults, take: onInput } = this;
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    return html`${
      this.editedId === ''
        ? html`<p class="quiet">
            ${msg('An agent runs on a machine at the site and watches the devices there, also while the line to here is down.')}
          </p>`
        : nothing
    }
    ${field({
      name: 'name',
      label: this.labelOf('name'),
      value: draft.name,
      onInput,
      fault: faults['name'],
      placeholder: 'agent-bandung-1',
      maxLength: 200,
      required: true,
    })}
    ${field({
      name: 'site_id',
      label: this.labelOf('site_id'),
      value: draft.site_id,
      onInput,
      fault: faults['site_id'],
      required: true,
      choices: [['', msg('Choose a site')], ...sites.map(({ id, name }): [string, string] => [id, name])],
    })}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-agent-form': SiagaAgentForm;
  }
}
