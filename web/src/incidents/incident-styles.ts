import { css } from 'lit';

/** The incident's page: verdict, evidence, history. */
export const incidentStyles = css`
  .verdict {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    padding: 2px var(--space-3);
    border-radius: 999px;
    background: var(--up-quiet);
    color: var(--up-text);
    font-weight: 600;
  }
  .verdict .icon {
    width: 16px;
    height: 16px;
  }
  .verdict.open {
    background: var(--down-quiet);
    color: var(--down-text);
  }
  h3 {
    margin-block: var(--space-4) var(--space-2);
  }
  .cycles {
    overflow-x: auto;
    max-height: 320px;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
  }
  .history {
    display: grid;
    gap: var(--space-3);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .history li {
    display: grid;
    gap: 0 var(--space-3);
    grid-template-columns: auto 1fr;
    padding-inline-start: var(--space-4);
    border-inline-start: 2px solid var(--line);
  }
  .history .what {
    font-weight: 600;
  }
  .history .reason {
    grid-column: 1 / -1;
    color: var(--text-quiet);
  }
`;
