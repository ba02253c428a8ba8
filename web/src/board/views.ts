import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';
import type { BoardView } from './board-address.js';

/** Brings the code of a view. The tiles are there with the board. */
const CODE: Readonly<Record<BoardView, () => Promise<unknown>>> = {
  tiles: () => Promise.resolve(),
  list: () => import('./siaga-device-list.js'),
  heat: () => import('./siaga-heat.js'),
  map: () => import('../map/siaga-site-map.js'),
};

/** Brings the code of a view when it is first looked at; says so where that cannot be done, and tries again. */
export class ViewCode {
  private readonly brought = new Set<BoardView>(['tiles']);
  private failed: { view: BoardView; error: unknown } | undefined;

  constructor(private readonly host: ReactiveControllerHost) {}

  /** The view by `show`; what stands in its place until it can be shown. */
  render(view: BoardView, show: () => TemplateResult): TemplateResult {
    // Whoever looked at another one meanwhile tries again by coming back.
    if (this.failed?.view !== view) this.failed = undefined;
    if (this.failed) {
      const retry = (): void => void this.bring(view);
      return html`<siaga-failure .error=${this.failed.error} @siaga-retry=${retry}></siaga-failure>`;
    }
    if (this.brought.has(view)) return show();
    void this.bring(view);
    return html`<div class="card"><siaga-skeleton lines="8"></siaga-skeleton></div>`;
  }

  private async bring(view: BoardView): Promise<void> {
    try {
      await CODE[view]();
      this.brought.add(view);
      this.failed = undefined;
    } catch (error) {
      this.failed = { view, error };
    }
    this.host.requestUpdate();
  }
}
