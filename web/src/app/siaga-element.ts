import { consume } from '@lit/context';
import { updateWhenLocaleChanges } from '@lit/localize';
import { LitElement } from 'lit';
import type { V1User } from '@siaga/shared';
import { getLocale, type Language } from '../locales/localization.js';
import { Watch } from './observable.js';
import { servicesContext, type Services } from './services.js';

/** An element that speaks: it renders again when the language changes. */
export abstract class LocalizedElement extends LitElement {
  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected get locale(): Language {
    return getLocale() as Language;
  }
}

/** An element with the app's services at hand from the moment it enters the page. */
export abstract class SiagaElement extends LocalizedElement {
  @consume({ context: servicesContext })
  protected services!: Services;

  constructor() {
    super();
    // Times stand nearly everywhere: whoever shows one follows the zone.
    new Watch(this, () => this.services.preferences.zone);
  }

  protected get user(): V1User | undefined {
    const state = this.services.session.state.value;
    return state.phase === 'signed-in' || state.phase === 'expired' ? state.user : undefined;
  }

  protected may(permission: string): boolean {
    return this.user?.permissions.includes(permission) ?? false;
  }
}

/** A page: it has a heading that names the tab and takes the focus after navigation. */
export abstract class SiagaPage extends SiagaElement {
  private told = '';

  /** The page's name; it may change when data arrive. */
  protected abstract get heading(): string;

  override updated(): void {
    if (this.heading === this.told) return;
    this.told = this.heading;
    this.dispatchEvent(
      new CustomEvent('siaga-title', { detail: this.heading, bubbles: true, composed: true }),
    );
  }

  /** Moves the focus to the page's heading, for who navigates by keyboard or ear. */
  focusHeading(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }
}
