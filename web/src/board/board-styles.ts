import { css } from 'lit';

/** How the board lays out its controls, its view and the incidents beside it. */
export const boardStyles = css`
  .page-head {
    margin-block-end: var(--space-3);
  }
  .sites {
    display: grid;
    gap: var(--space-3);
    min-width: 0;
  }
  section > h2 {
    margin-block-end: 6px;
    font-size: var(--text-xs);
    line-height: 1.25;
    color: var(--text-quiet);
  }
  h2 .count {
    font-weight: 400;
  }
  .all-well {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-3);
    padding: var(--space-3) 0;
    color: var(--text-quiet);
  }
  .all-well .icon {
    color: var(--up-text);
  }
  .all-well strong {
    color: var(--up-text);
    font-size: var(--text-l);
    font-weight: 600;
  }
  summary {
    cursor: pointer;
    font-weight: 600;
  }
  .calm {
    margin-block-start: var(--space-3);
  }
  .age {
    color: var(--degraded-text);
  }
  .page-head .actions {
    align-items: center;
    flex-wrap: nowrap;
    gap: var(--space-2) var(--space-4);
  }
  .view {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
    min-width: 0;
  }
  aside {
    position: sticky;
    top: calc(var(--bar) + var(--space-4));
    max-height: calc(100dvh - var(--bar) - 2 * var(--space-4));
    overflow-y: auto;
    border-radius: var(--radius-m);
    /* Without an opaque ground Chromium makes two layers of each card in what scrolls here. */
    background: var(--ground);
  }
  @media (max-width: 62.5rem) {
    aside {
      position: static;
      max-height: none;
      order: -1;
    }
  }
  @media (max-width: 40rem) {
    .page-head .actions {
      flex: 1 1 100%;
      flex-wrap: wrap;
      margin: 0;
    }
    .page-head siaga-view-switch {
      flex: 1 1 13.75rem;
      min-width: 0;
    }
    .page-head siaga-health-counts {
      flex: 1 1 100%;
    }
  }
`;
