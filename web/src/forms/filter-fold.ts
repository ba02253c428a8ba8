import { msg, str } from '@lit/localize';
import { css, html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icons } from '../components/icons.js';

/** Filters that are folded behind a button on a phone; `filterFoldStyles` dress it. */
export class FilterFold {
  private isOpen = false;

  constructor(private readonly host: ReactiveControllerHost) {}

  private readonly toggle = (): void => {
    this.isOpen = !this.isOpen;
    this.host.requestUpdate();
  };

  /** `count` tells how many of them are set, in words of the language; with a fault in one of them they stand open. */
  render(count: string, filters: unknown, hasFault = false): TemplateResult {
    const isOpen = this.isOpen || hasFault;
    return html`<button
        type="button"
        class="fold"
        aria-expanded=${isOpen}
        aria-controls="more-filters"
        @click=${this.toggle}
      >
        ${icons.filter}${count === '0' ? msg('Filters') : msg(str`Filters (${count})`)}
      </button>
      <div class="folded ${isOpen ? 'open' : ''}" id="more-filters">${filters}</div>`;
  }
}

export const filterFoldStyles = css`
  .filters .folded {
    display: contents;
  }
  .filters .fold {
    display: none;
  }
  @media (max-width: 40rem) {
    .filters .field.grow {
      flex: 1 1 0;
    }
    .filters .fold {
      display: inline-flex;
      align-items: center;
      gap: var(--space-1);
      flex: none;
      height: 2.25rem;
      padding: 0 var(--space-3);
      font: inherit;
      font-size: var(--text-s);
      color: var(--text);
      background: var(--surface);
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-s);
      cursor: pointer;
    }
    .filters .fold .icon {
      width: 16px;
      height: 16px;
    }
    .filters .folded {
      display: none;
    }
    .filters .folded.open {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      gap: var(--space-2) var(--space-3);
      flex: 1 1 100%;
    }
  }
`;
