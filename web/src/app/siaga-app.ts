import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '../components/siaga-empty.js';
import '../components/siaga-failure.js';
import '../components/siaga-skeleton.js';
import '../forms/siaga-sign-in-form.js';
import './siaga-announcer.js';
import './siaga-notices.js';
import './siaga-rail.js';
import './siaga-top-bar.js';
import { ContextProvider } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { WatchStore } from '../live/store.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { pages, type PageTemplate } from './pages.js';
import { returnAddress, type Route } from './routes.js';
import { servicesContext, type Services } from './services.js';
import { Keys, type Shortcut } from './shortcuts.js';
import { LocalizedElement, SiagaPage } from './siaga-element.js';
import { countForTab, showOnTab } from './tab-signs.js';

/** The frame: rail, top bar, the page of the address, and the sign-in over it when the session has ended. */
@customElement('siaga-app')
export class SiagaApp extends LocalizedElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        min-height: 100dvh;
        grid-template: auto 1fr / var(--rail) minmax(0, 1fr);
        grid-template-areas: 'rail bar' 'rail main';
      }
      :host([bare]) {
        display: block;
      }
      siaga-rail {
        grid-area: rail;
        position: sticky;
        top: 0;
        /* Above what scrolls, else Chromium makes a layer of each thing after it; above the bar (5), over which the skip link reaches. */
        z-index: 6;
        height: 100dvh;
      }
      siaga-top-bar {
        grid-area: bar;
        position: sticky;
        top: 0;
        z-index: 5;
      }
      main {
        grid-area: main;
        min-width: 0;
      }
      .waiting {
        padding: var(--space-8);
        max-width: 45rem;
        margin-inline: auto;
      }
      .again {
        margin-block-end: var(--space-4);
      }
      .leave {
        margin-block-start: var(--space-4);
        padding: var(--space-1) 0;
        border: 0;
        background: none;
        color: var(--brand);
        font: inherit;
        text-decoration: underline;
        cursor: pointer;
      }
      wa-dialog {
        --width: 26.25rem;
      }
      @media (max-width: 40rem) {
        :host {
          grid-template: auto 1fr auto / minmax(0, 1fr);
          grid-template-areas: 'bar' 'main' 'rail';
        }
        siaga-rail {
          bottom: 0;
          top: auto;
          height: auto;
          z-index: 5;
        }
      }
    `,
  ];

  @property({ attribute: false }) services!: Services;

  @state() private page: { key: string; template: PageTemplate } | undefined;
  @state() private pageError: unknown = undefined;
  @state() private pageTitle = '';
  @state() private isCut = false;
  @state() private isHelpOpen = false;
  @query('main') private main!: HTMLElement;

  /** On a phone the rail lies below the page, so it comes after it for the keyboard too. */
  private readonly phone = window.matchMedia('(max-width: 40rem)');
  private readonly onPhone = (): void => this.requestUpdate();

  private wanted = '';
  private focusNext = false;

  private readonly provider = new ContextProvider(this, { context: servicesContext });

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.session.state,
      () => this.follow(),
    );
    new Watch(
      this,
      () => this.services.router.location,
      () => this.follow(),
    );
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0,
    );
    new Watch(
      this,
      () => this.services.feed.state,
      ({ phase }) => (this.isCut = phase === 'cut'),
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () => this.keys(),
    );
    this.addEventListener('siaga-help', () => void this.help());
    this.addEventListener('siaga-title', (event) => {
      this.pageTitle = (event as CustomEvent<string>).detail;
    });
  }

  override connectedCallback(): void {
    this.provider.setValue(this.services);
    super.connectedCallback();
    this.phone.addEventListener('change', this.onPhone);
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.phone.removeEventListener('change', this.onPhone);
  }

  private keys(): Shortcut[] {
    const to = (key: string, label: () => string, path: string): Shortcut => ({
      key,
      label,
      run: () => this.services.router.go(path),
      scope: 'app',
    });
    return [
      to('g b', () => msg('Go to the board'), '/'),
      to('g i', () => msg('Go to the incidents'), '/incidents'),
      to('g d', () => msg('Go to the devices'), '/devices'),
      to('g f', () => msg('Go to the sites'), '/fleet/sites'),
      to('g a', () => msg('Go to the agents'), '/fleet/agents'),
      { key: '?', label: () => msg('Show these keys'), run: () => void this.help(), scope: 'app' },
    ];
  }

  private async help(): Promise<void> {
    await import('./siaga-help.js');
    this.isHelpOpen = true;
  }

  /** Brings the page of the address, or the sign-in that must come before it. */
  private follow(): void {
    const { session, router } = this.services;
    const { phase } = session.state.value;
    const { route, path, query } = router.location.value;
    if (phase === 'signed-out' && route.page !== 'sign-in') {
      const to = path + window.location.search;
      router.go(to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`, { replace: true });
      return;
    }
    if (phase === 'signed-in' && route.page === 'sign-in') {
      router.go(returnAddress(query.get('to')), { replace: true });
      return;
    }
    if (phase === 'checking' || phase === 'unreachable') return;
    void this.show(route);
  }

  private async show(route: Route): Promise<void> {
    const key = 'id' in route ? `${route.page}/${route.id}` : route.page;
    if (key === this.wanted) return;
    const isNavigation = this.wanted !== '';
    this.wanted = key;
    this.pageError = undefined;
    try {
      const template = await pages[route.page](route);
      if (this.wanted !== key) return;
      this.page = { key, template };
      this.focusNext = isNavigation;
    } catch (thrown) {
      if (this.wanted !== key) return;
      this.page = undefined;
      this.pageError = thrown;
      this.wanted = '';
    }
  }

  protected override updated(): void {
    showOnTab(this.pageTitle, countForTab(this.services.store.state.incidents.values()), this.isCut);
    if (!this.focusNext) return;
    const element = this.main?.firstElementChild;
    if (!(element instanceof SiagaPage)) return;
    this.focusNext = false;
    void element.updateComplete.then(() => element.focusHeading());
  }

  private skip(): void {
    const element = this.main.firstElementChild;
    if (element instanceof SiagaPage) element.focusHeading();
  }

  private get userId(): string {
    const state = this.services.session.state.value;
    return 'user' in state ? state.user.id : '';
  }

  private renderPage(): TemplateResult {
    const state = this.services.session.state.value;
    if (state.phase === 'unreachable') {
      const retry = (): void => void this.services.session.check();
      return html`<div class="waiting">
        <siaga-failure .error=${state.error} @siaga-retry=${retry}></siaga-failure>
      </div>`;
    }
    if ('user' in state && !state.user.permissions.includes('monitoring:read')) {
      return html`<siaga-empty icon="key" words=${msg('You may not see the monitoring.')}>
        <span>${msg('The right “monitoring:read” is lacking. An administrator can grant it.')}</span>
      </siaga-empty>`;
    }
    if (this.pageError !== undefined) {
      return html`<div class="waiting">
        <siaga-failure .error=${this.pageError} @siaga-retry=${() => this.follow()}></siaga-failure>
      </div>`;
    }
    if (!this.page) return html`<div class="waiting"><siaga-skeleton></siaga-skeleton></div>`;
    // Another person never meets what the one before had on the page.
    return html`${keyed(`${this.userId} ${this.page.key}`, this.page.template())}`;
  }

  /** Asked for again in place: the page beneath keeps what was typed. */
  private renderExpired(): TemplateResult | typeof nothing {
    const state = this.services.session.state.value;
    if (state.phase !== 'expired') return nothing;
    const stay = (event: Event): void => {
      if (event.target === event.currentTarget) event.preventDefault();
    };
    return html`<wa-dialog open label=${msg('Sign in again')} @wa-hide=${stay}>
      <p class="again">
        ${msg(str`Your session has ended, ${state.user.name}. What you were doing is still here.`)}
      </p>
      <siaga-sign-in-form .account=${state.user.email}></siaga-sign-in-form>
      <button type="button" class="leave" @click=${() => this.services.session.leave()}>
        ${msg('Leave it and sign out')}
      </button>
    </wa-dialog>`;
  }

  private renderRail(): TemplateResult {
    return html`<siaga-rail @siaga-skip=${this.skip}></siaga-rail>`;
  }

  protected override render(): TemplateResult {
    const { phase } = this.services.session.state.value;
    // The wall has the whole screen to itself.
    const isWall = this.services.router.location.value.route.page === 'wall';
    const isIn = phase === 'signed-in' || phase === 'expired';
    const framed = isIn && !isWall;
    this.toggleAttribute('bare', !framed);
    const isPhone = this.phone.matches;
    return html`${framed && !isPhone ? this.renderRail() : nothing}
      ${framed ? keyed(this.userId, html`<siaga-top-bar></siaga-top-bar>`) : nothing}
      <main id="main">${this.renderPage()}</main>
      ${framed && isPhone ? this.renderRail() : nothing}
      <siaga-announcer></siaga-announcer>
      <siaga-notices @siaga-skip=${this.skip}></siaga-notices>
      ${
        this.isHelpOpen && isIn
          ? html`<siaga-help @siaga-close=${() => (this.isHelpOpen = false)}></siaga-help>`
          : nothing
      }
      ${this.renderExpired()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-app': SiagaApp;
  }
}
