import { css } from 'lit';

/** The incident's page: its head, and where its parts stand. */
export const incidentStyles = css`
  .page-head h1 {
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .verdict {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    padding: 2px var(--space-3);
    border-radius: 999px;
    background: var(--up-quiet);
    color: var(--up-text);
    font-weight: 600;
    white-space: nowrap;
  }
  .verdict .icon {
    width: 16px;
    height: 16px;
  }
  .verdict.open {
    background: var(--down-quiet);
    color: var(--down-text);
  }
  nav {
    margin-inline-start: auto;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  nav a {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    min-height: 2rem;
    padding: 0 var(--space-3);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    color: var(--text);
    text-decoration: none;
  }
  nav a:hover {
    border-color: var(--line-strong);
  }
  nav .icon {
    width: 16px;
    height: 16px;
  }
  .story .write {
    margin-block-start: var(--space-4);
    padding-block-start: var(--space-4);
    border-block-start: 1px solid var(--line);
  }
  .keys {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .keys > span {
    white-space: nowrap;
  }
  kbd {
    padding: 0 5px;
    font-family: var(--font-mono);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    background: var(--surface);
  }
  @media (max-width: 40rem) {
    .keys {
      display: none;
    }
    nav {
      margin-inline-start: 0;
      width: 100%;
      justify-content: space-between;
    }
  }
`;
