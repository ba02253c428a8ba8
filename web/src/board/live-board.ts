import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { createThrottle } from '../app/throttle.js';
import type { SiteGroup } from '../live/state.js';
import type { LiveStore } from '../live/store.js';
import type { BoardFilter } from './board-address.js';
import { createBoardModeller, regionsOf, type BoardModel } from './board-model.js';

/** Changes are gathered for so long at most, and the less the fewer sites they touch: a few cost next to nothing. */
const SETTLE_MS = 250;
const SETTLE_LEAST_MS = 50;
const SETTLE_PER_SITE_MS = 2;

/** What the board shows by a filter. */
export interface Shown extends BoardModel {
  /** All of its sites, those in trouble first. */
  groups: readonly SiteGroup[];
  /** The filter as a text: other sites under the same text have changed, under another they are others. */
  filteredBy: string;
}

/**
 * What the board shows, as the store knows it: made when devices or filters changed, not at each rendering. Renders its
 * element when there is something new.
 */
export class LiveBoard implements ReactiveController {
  /** The regions of all sites, whatever is filtered. */
  regions: readonly string[] = [];

  private readonly modeller = createBoardModeller();
  /** undefined: the devices have changed since. */
  private shown: Shown | undefined;
  /** Sites that changed since they were last drawn. */
  private readonly touched = new Set<string>();
  private readonly settle = createThrottle(() => this.renew(), SETTLE_MS, {
    pauseMs: () => SETTLE_LEAST_MS + SETTLE_PER_SITE_MS * this.touched.size,
  });
  private stop: (() => void) | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly store: () => LiveStore,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.onSites();
    this.renew();
    this.stop = this.store().subscribe((change) => {
      if (change.snapshot || change.sites.size > 0) this.onSites();
      // A snapshot is shown at once; changes are gathered.
      if (change.snapshot) {
        this.renew();
        return;
      }
      for (const siteId of change.groups) this.touched.add(siteId);
      if (change.groups.size > 0) this.settle.call();
    });
  }

  hostDisconnected(): void {
    this.stop?.();
    this.stop = undefined;
    this.settle.cancel();
  }

  by(filter: BoardFilter): Shown {
    const filteredBy = JSON.stringify(filter);
    if (this.shown?.filteredBy === filteredBy) return this.shown;
    const model = this.modeller(this.store().state.groups.values(), filter);
    this.shown = { ...model, groups: [...model.troubled, ...model.calm], filteredBy };
    return this.shown;
  }

  private renew(): void {
    this.touched.clear();
    this.shown = undefined;
    this.host.requestUpdate();
  }

  private onSites(): void {
    this.regions = regionsOf(this.store().state.groups.values());
  }
}
