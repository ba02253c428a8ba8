import { css } from 'lit';

/** One incident in the board's pane. */
export const cardStyles = css`
  :host {
    display: block;
    border-inline-start: 3px solid var(--down-fill);
    padding: var(--space-2) var(--space-4) var(--space-2) calc(var(--space-4) - 3px);
  }
  :host([priority='medium']) {
    border-inline-start-color: var(--degraded-fill);
  }
  :host([priority='low']),
  :host([calm]) {
    border-inline-start-color: var(--line-strong);
  }
  :host([gone]) {
    border-inline-start-color: var(--up-fill);
  }
  :host(:hover),
  :host(:focus-within) {
    background: var(--surface-hover);
  }
  .top {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 var(--space-2);
    align-items: baseline;
  }
  .top .shape,
  .top .calm-mark {
    align-self: start;
    margin-block-start: 3px;
  }
  .calm-mark {
    display: inline-flex;
    color: var(--text-quiet);
  }
  :host([gone]) .calm-mark {
    color: var(--up-text);
  }
  .calm-mark svg.icon {
    width: 16px;
    height: 16px;
  }
  a {
    color: var(--text);
    font-size: var(--text-s);
    line-height: 1.25rem;
    font-weight: 600;
    text-decoration: none;
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    padding: 2px;
    margin: -2px;
  }
  a:hover {
    text-decoration: underline;
  }
  a:focus-visible {
    outline-offset: -1px;
  }
  :host([calm]) a,
  :host([gone]) a {
    font-weight: 400;
  }
  .since {
    color: var(--down-text);
    font-weight: 600;
  }
  :host([calm]) .since,
  :host([gone]) .since {
    color: var(--text-quiet);
    font-weight: 400;
  }
  .under,
  .note {
    margin-inline-start: 24px;
  }
  .under {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-height: max(24px, 1.5rem);
    margin-block-start: 2px;
  }
  .detail,
  .note {
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  /* One line: what has no room in it whole goes to a second one, which is out of sight. */
  .detail {
    flex: 1 1 0;
    min-width: 0;
    display: flex;
    flex-wrap: wrap;
    column-gap: var(--space-3);
    height: 1.25rem;
    line-height: 1.25rem;
    overflow: hidden;
    white-space: nowrap;
  }
  .detail .main {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .note {
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .detail strong {
    color: var(--down-text);
  }
  .note q {
    color: var(--text);
    quotes: none;
  }
  .actions {
    flex: none;
    display: flex;
    gap: var(--space-1);
  }
  .actions button {
    min-height: max(24px, 1.5rem);
    /* Narrow: since when and how urgent need the room beside them. */
    padding: 0 6px;
    font: inherit;
    font-size: var(--text-xs);
    font-weight: 600;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    cursor: pointer;
  }
  .actions button.first {
    color: var(--brand);
    border-color: var(--brand);
  }
  .actions button:hover {
    background: var(--brand-quiet);
  }
  .actions button[aria-expanded='true'] {
    background: var(--brand-quiet);
  }
  .actions .draft {
    font-weight: 400;
    color: var(--text-quiet);
  }
  .form {
    margin-block-start: var(--space-3);
    margin-inline-start: 24px;
  }
  @media (max-width: 40rem) {
    .actions {
      gap: var(--space-2);
    }
    .actions button {
      min-height: 2.25rem;
      padding: 0 var(--space-3);
    }
    .form {
      margin-inline-start: 0;
    }
    /* Since when and how urgent before the buttons: they go to a line of their own. */
    .under {
      flex-wrap: wrap;
    }
    .detail {
      flex-basis: 9rem;
    }
  }
`;
