import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Site } from '@siaga/shared';
import '../components/siaga-combobox.js';
import { EditForm } from '../forms/edit-form.js';
import { codeFault, presentFaults, rangeFault, requiredFault, type Faults } from '../forms/faults.js';
import { field } from '../forms/field.js';
import type { DraftValue } from '../forms/merge.js';
import { zoneName } from '../i18n/time.js';
import { emptySiteDraft, siteBodyOf, siteDraftOf, type SiteDraft } from './site-draft.js';
import { zonesFor } from './time-zones.js';

/** Creates a site, or changes the one of `editedId`. */
@customElement('siaga-site-form')
export class SiagaSiteForm extends EditForm<Site, SiteDraft> {
  protected override readonly collection = '/monitoring/sites';

  protected override emptyDraft(): SiteDraft {
    return emptySiteDraft;
  }

  protected override draftOf(site: Site): SiteDraft {
    return siteDraftOf(site);
  }

  protected override bodyOf(draft: SiteDraft, before: Site | undefined): object | undefined {
    return siteBodyOf(draft, before);
  }

  protected override check(draft: SiteDraft): Faults {
    return presentFaults({
      name: requiredFault(draft.name),
      code: requiredFault(draft.code) ?? codeFault(draft.code),
      timezone: requiredFault(draft.timezone),
      latitude: rangeFault(draft.latitude, -90, 90, this.locale),
      longitude: rangeFault(draft.longitude, -180, 180, this.locale),
    });
  }

  protected override get createWord(): string {
    return msg('Create site');
  }

  protected override labelOf(name: string): string {
    switch (name) {
      case 'name':
        return msg('Name');
      case 'code':
        return msg('Code');
      case 'region':
        return msg('Region');
      case 'timezone':
        return msg('Time zone');
      case 'latitude':
        return msg('Latitude');
      default:
        return msg('Longitude');
    }
  }

  protected override valueWords(_name: string, value: DraftValue): string {
    return String(value);
  }

  private renderZone(): TemplateResult {
    const nowMs = this.services.clock.nowMs();
    const options = zonesFor(this.draft.timezone).map((zone) => ({
      id: zone,
      content: html`<span class="main">${zone}</span><span class="side">${zoneName(nowMs, zone)}</span>`,
    }));
    const take = (event: CustomEvent<string>): void => this.take('timezone', event.detail);
    return html`<siaga-combobox
      name="timezone"
      label=${this.labelOf('timezone')}
      .value=${this.draft.timezone}
      .groups=${[{ label: '', options }]}
      hint=${msg('Type to search, e.g. Makassar.')}
      none=${msg('No such time zone.')}
      fault=${this.faults['timezone'] ?? ''}
      required
      @siaga-type=${take}
      @siaga-choose=${take}
    ></siaga-combobox>`;
  }

  protected override renderFields(): TemplateResult {
    const { draft, faults, take: onInput } = this;
    return html`${field({
        name: 'name',
        label: this.labelOf('name'),
        value: draft.name,
        onInput,
        fault: faults['name'],
        placeholder: 'KC Bandung',
        maxLength: 200,
        required: true,
      })}
      <div class="pair">
        ${field({
          name: 'code',
          label: this.labelOf('code'),
          value: draft.code,
          onInput,
          fault: faults['code'],
          hint: msg('Short and unique, in your own numbering.'),
          maxLength: 64,
          required: true,
        })}
        ${field({
          name: 'region',
          label: this.labelOf('region'),
          value: draft.region,
          onInput,
          fault: faults['region'],
          hint: msg('If you like.'),
          maxLength: 100,
        })}
      </div>
      ${this.renderZone()}
      <div class="pair">
        ${field({
          name: 'latitude',
          label: this.labelOf('latitude'),
          value: draft.latitude,
          onInput,
          fault: faults['latitude'],
          hint: msg('For the map: −90 (south) to 90 (north).'),
          placeholder: '-6.9147',
          maxLength: 24,
        })}
        ${field({
          name: 'longitude',
          label: this.labelOf('longitude'),
          value: draft.longitude,
          onInput,
          fault: faults['longitude'],
          hint: msg('−180 (west) to 180 (east).'),
          placeholder: '107.6098',
          maxLength: 24,
        })}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-site-form': SiagaSiteForm;
  }
}
