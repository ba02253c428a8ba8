import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Whether a media query holds; the host is drawn again when that changes. */
export class MediaQuery implements ReactiveController {
  private readonly list: MediaQueryList;

  constructor(
    private readonly host: ReactiveControllerHost,
    query: string,
  ) {
    this.list = window.matchMedia(query);
    host.addController(this);
  }

  /** True while it holds. */
  get matches(): boolean {
    return this.list.matches;
  }

  private readonly onChange = (): void => this.host.requestUpdate();

  /** Called by Lit. */
  hostConnected(): void {
    this.list.addEventListener('change', this.onChange);
  }

  /** Called by Lit. */
  hostDisconnected(): void {
    this.list.removeEventListener('change', this.onChange);
  }
}
