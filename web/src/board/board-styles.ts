import { css } from 'lit';

/** How the board lays out its controls, its view and the incidents beside it. */
export const boardStyles = css`
  .sites {
    display: grid;
    gap: var(--space-4);
    min-width: 0;
  }
  section > h2 {
    margin-block-end: var(--space-2);
    font-size: var(--text-s);
    color: var(--text-quiet);
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
  }
  @media (max-width: 1000px) {
    aside {
      position: static;
      max-height: none;
      order: -1;
    }
  }
  @media (max-width: 640px) {
    .page-head .actions {
      flex: 1 1 100%;
      margin: 0;
    }
    .page-head siaga-view-switch {
      flex: 1;
    }
  }
`;
