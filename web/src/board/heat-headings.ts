import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { Health, HealthCounts } from '@siaga/shared';
import { boxed } from '../components/placed.js';
import { healthShape } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { SEVERITY, type SiteGroup } from '../live/state.js';
import type { HeatLayout, HeatRegion } from './heat-layout.js';

/** Trouble that a heading counts; what is up needs no number. */
const COUNTED: readonly Health[] = ['down', 'degraded', 'unknown'];
/** Sites that a heading names: more have no room in any. */
const NAMED = 4;

const groupsOf = (
  layout: HeatLayout,
  { firstSite, endSite }: HeatRegion,
  byId: ReadonlyMap<string, SiteGroup>,
): SiteGroup[] => layout.sites.slice(firstSite, endSite).flatMap(({ siteId }) => byId.get(siteId) ?? []);

const sumOf = (groups: readonly SiteGroup[]): HealthCounts => {
  const sum: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const { counts } of groups) {
    for (const health of COUNTED) sum[health] += counts[health];
  }
  return sum;
};

/** The names of regions over their cells. One in trouble says how much, and at which sites as far as there is room. */
export const renderHeadings = (
  layout: HeatLayout,
  byId: ReadonlyMap<string, SiteGroup>,
  locale: string,
): TemplateResult[] =>
  layout.regions.map((region) => {
    const groups = groupsOf(layout, region, byId);
    const sum = sumOf(groups);
    const troubled = groups
      .filter(({ worst }) => worst !== 'up')
      .sort((a, b) => SEVERITY[a.worst] - SEVERITY[b.worst])
      .slice(0, NAMED);
    const sites = troubled.map(({ site }) => site?.name ?? msg('Unnamed site')).join(', ');
    return html`<span
      class="region ${troubled.length > 0 ? 'troubled' : ''}"
      aria-hidden="true"
      ${boxed({ x: region.left, y: region.labelTop, width: layout.columns * layout.pitch })}
      ><bdi class="region-name">${region.name === '' ? msg('No region') : region.name}</bdi>${COUNTED.map(
        (health) =>
          sum[health] === 0
            ? nothing
            : html`<span class="sum ${health}"
                >${healthShape(health)}${wholeNumber(sum[health], locale)}</span
              >`,
      )}<bdi class="sites">${sites}</bdi></span
    >`;
  });
