import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Pagination } from '@siaga/shared';
import { SiagaElement } from '../app/siaga-element.js';
import { wholeNumber } from '../i18n/numbers.js';
import { baseStyles } from '../styles/shared.js';
import { icons } from './icons.js';

/** The pages of a list as links; the page is kept in the address. */
@customElement('siaga-pager')
export class SiagaPager extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      nav {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3);
        padding-block-start: var(--space-3);
        color: var(--text-quiet);
      }
      .steps {
        display: flex;
        gap: var(--space-2);
      }
      .steps a {
        display: inline-flex;
        align-items: center;
        min-height: 2rem;
        gap: var(--space-1);
        padding: 0 var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface);
        text-decoration: none;
      }
      .steps .icon {
        width: 16px;
        height: 16px;
      }
    `,
  ];

  @property({ attribute: false }) pagination: Pagination | undefined = undefined;

  protected override render(): TemplateResult | typeof nothing {
    const pages = this.pagination;
    if (!pages || pages.total === 0) return nothing;
    const shown = (value: number): string => wholeNumber(value, this.locale);
    const first = shown((pages.page - 1) * pages.per_page + 1);
    const last = shown(Math.min(pages.total, pages.page * pages.per_page));
    const to = (page: number): string =>
      this.services.router.withQuery({ page: page === 1 ? '' : String(page) });
    return html`<nav aria-label=${msg('Pages')}>
      <span>${msg(str`${first} to ${last} of ${shown(pages.total)}`)}</span>
      <span class="steps">
        ${pages.has_prev ? html`<a href=${to(pages.page - 1)} rel="prev">${icons.back}${msg('Previous')}</a>` : nothing}
        ${pages.has_next ? html`<a href=${to(pages.page + 1)} rel="next">${msg('Next')}${icons.next}</a>` : nothing}
      </span>
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-pager': SiagaPager;
  }
}
