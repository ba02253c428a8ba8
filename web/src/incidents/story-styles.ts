import { css } from 'lit';

/** The story of an incident: a line down the side with a mark for each thing that happened. */
export const storyStyles = css`
  :host {
    display: block;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2);
    margin-block-end: var(--space-3);
  }
  label.switch {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    font-size: var(--text-xs);
    color: var(--text-quiet);
    min-height: max(24px, 1.5rem);
  }
  ol {
    display: grid;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    position: relative;
    padding: 0 0 var(--space-4) var(--space-6);
  }
  li::before {
    content: '';
    position: absolute;
    inset-block: 12px -4px;
    inset-inline-start: 7px;
    border-inline-start: 2px solid var(--line);
  }
  li:last-child::before {
    display: none;
  }
  li:last-child {
    padding-block-end: 0;
  }
  .mark {
    position: absolute;
    inset-inline-start: 0;
    inset-block-start: 3px;
    display: grid;
    place-items: center;
    width: 16px;
    height: 16px;
    background: var(--surface);
    border-radius: 50%;
  }
  .mark .icon {
    width: 16px;
    height: 16px;
    color: var(--up-text);
  }
  .dot {
    width: 10px;
    height: 10px;
    border-radius: 50%;
    background: var(--line-strong);
  }
  .dot.person {
    background: var(--brand-fill);
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-2);
    align-items: baseline;
  }
  .what {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .when {
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .words {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .comment .words,
  .said {
    margin-block-start: var(--space-1);
    padding: var(--space-2) var(--space-3);
    background: var(--surface-hover);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .tag {
    padding: 0 var(--space-2);
    font-size: var(--text-xs);
    color: var(--text-quiet);
    border: 1px solid var(--line);
    border-radius: 999px;
  }
  summary {
    cursor: pointer;
    color: var(--text-quiet);
    font-size: var(--text-xs);
    min-height: max(24px, 1.5rem);
  }
  details ol {
    margin-block-start: var(--space-3);
  }
`;
