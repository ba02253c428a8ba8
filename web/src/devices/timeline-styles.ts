import { css } from 'lit';

/** What happened, a line each, under its day. */
export const timelineStyles = css`
  :host {
    display: block;
  }
  .kinds {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    margin-block-end: var(--space-3);
  }
  .kinds a {
    padding: 2px var(--space-3);
    font-size: var(--text-xs);
    line-height: 1.25rem;
    color: var(--text-quiet);
    text-decoration: none;
    border: 1px solid var(--line);
    border-radius: 999px;
  }
  .kinds a:hover {
    background: var(--surface-hover);
  }
  .kinds a[aria-current] {
    color: var(--brand);
    background: var(--brand-quiet);
    border-color: var(--brand);
    font-weight: 600;
  }
  h3 {
    margin-block: var(--space-3) var(--space-1);
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: 5.75rem 1.25rem minmax(0, 1fr);
    gap: 0 var(--space-2);
    align-items: start;
    padding-block: var(--space-1);
    line-height: 1.25rem;
  }
  time {
    font-size: var(--text-xs);
    color: var(--text-quiet);
    white-space: nowrap;
  }
  .mark {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    height: 1.25rem;
    color: var(--text-quiet);
  }
  .mark svg.icon {
    width: 16px;
    height: 16px;
  }
  .calm {
    display: inline-flex;
    color: var(--up-text);
  }
  .what {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .ticket {
    /* In one piece wherever it fits. */
    display: inline-block;
    max-width: 100%;
    margin-inline-start: var(--space-1);
    font-size: var(--text-xs);
  }
  .older {
    margin-block-start: var(--space-3);
  }
`;
