import { css } from 'lit';

/** How the board lays out its tiles, folded sites and the card at a cell. */
export const boardStyles = css`
  .sites {
    display: grid;
    gap: var(--space-4);
    min-width: 0;
  }
  .sites .filters {
    margin: 0;
  }
  section > h2 {
    margin-block-end: var(--space-2);
    font-size: var(--text-s);
    color: var(--text-quiet);
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(216px, 1fr));
    gap: var(--space-3);
    align-items: start;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .tiles > li {
    min-width: 0;
  }
  summary {
    cursor: pointer;
    font-weight: 600;
  }
  .names {
    columns: 220px;
    column-gap: var(--space-6);
    margin: var(--space-3) 0 0;
    padding: 0;
    list-style: none;
  }
  .names li {
    display: flex;
    justify-content: space-between;
    gap: var(--space-2);
    padding-block: 2px;
    break-inside: avoid;
  }
  .first-steps {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-3) var(--space-6);
    border-color: var(--brand);
  }
  .first-steps > div {
    flex: 1 1 280px;
  }
  aside {
    position: sticky;
    top: calc(var(--bar) + var(--space-4));
    max-height: calc(100dvh - var(--bar) - 2 * var(--space-4));
    overflow-y: auto;
    border-radius: var(--radius-m);
  }
  .hover {
    position: fixed;
    inset: auto;
    display: grid;
    gap: 2px;
    margin: 0;
    padding: var(--space-2) var(--space-3);
    max-width: 320px;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font-size: var(--text-xs);
    box-shadow: var(--shadow-raised);
    pointer-events: none;
  }
  .hover strong {
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  @media (max-width: 1000px) {
    aside {
      position: static;
      max-height: none;
      order: -1;
    }
  }
`;
