import { css } from 'lit';

/** The state of agents, and what needs a word. */
export const fleetStyles = css`
  .note {
    display: block;
    max-width: 60ch;
    font-size: var(--text-xs);
    font-weight: 400;
    color: var(--degraded-text);
  }
  .agent-state {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    white-space: nowrap;
  }
  .dot {
    width: 10px;
    height: 10px;
    border-radius: 50%;
    box-shadow: inset 0 0 0 2px var(--unknown-fill);
  }
  .online .dot {
    background: var(--up-fill);
    box-shadow: none;
  }
  .lost {
    color: var(--down-text);
    font-weight: 600;
  }
  .lost .dot {
    border-radius: 2px;
    background: var(--down-fill);
    box-shadow: none;
  }
  .revoked {
    color: var(--text-quiet);
  }
`;

/** Rows of the fleet's tables: counts by health, and what can be done. */
export const rowStyles = css`
  .counts {
    display: inline-flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
  }
  .counts a {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    min-height: max(24px, 1.5rem);
    color: inherit;
    text-decoration: none;
  }
  .counts a.total {
    min-width: 3ch;
    justify-content: end;
    font-weight: 600;
  }
  .counts a:hover {
    text-decoration: underline;
  }
  .counts a.down {
    color: var(--down-text);
    font-weight: 600;
  }
  .counts a.degraded {
    color: var(--degraded-text);
    font-weight: 600;
  }
  .counts a.up,
  .counts a.unknown {
    color: var(--text-quiet);
  }
  .no-right {
    margin-block-end: var(--space-4);
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--degraded-fill);
    border-radius: var(--radius-m);
    background: var(--degraded-quiet);
    color: var(--degraded-text);
  }
  .row-actions {
    display: flex;
    justify-content: flex-end;
    align-items: center;
    gap: var(--space-1);
  }
  .row-actions > button {
    display: grid;
    place-items: center;
    width: 2rem;
    height: 2rem;
    flex: none;
    padding: 0;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    color: var(--text-quiet);
    cursor: pointer;
  }
  .row-actions > button.words {
    width: auto;
    padding: 0 var(--space-2);
    font: inherit;
    font-size: var(--text-xs);
  }
  .row-actions > button:hover {
    background: var(--surface-sunken);
    color: var(--text);
  }
  .row-actions .icon {
    width: 18px;
    height: 18px;
  }
  .sub {
    display: block;
    font-size: var(--text-xs);
    font-weight: 400;
    color: var(--text-quiet);
  }
  tbody th a {
    overflow-wrap: anywhere;
  }
  .narrow .agent-state {
    font-weight: 400;
    font-size: var(--text-xs);
  }
  @media (max-width: 40rem) {
    .row-actions:has(> .words, > wa-button) {
      flex-wrap: wrap;
    }
  }
  tr:focus-within {
    background: var(--surface-hover);
  }
`;
