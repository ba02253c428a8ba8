import { css } from 'lit';

/** The board's pane of open incidents. */
export const paneStyles = css`
  :host {
    display: block;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow);
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-height: 3rem;
    padding: var(--space-1) var(--space-4);
    border-block-end: 1px solid var(--line);
  }
  .head .quiet {
    font-size: var(--text-xs);
  }
  .head > div {
    flex: 1 1 auto;
    min-width: 0;
  }
  siaga-sound-switch {
    flex: none;
  }
  .group {
    margin: 0;
    padding: var(--space-2) var(--space-4);
    font-size: var(--text-xs);
    color: var(--text-quiet);
    background: var(--surface-hover);
    border-block-end: 1px solid var(--line);
  }
  .quiet.line,
  .right {
    padding: var(--space-3) var(--space-4);
  }
  .right {
    font-size: var(--text-xs);
    color: var(--text-quiet);
    border-block-start: 1px solid var(--line);
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    border-block-end: 1px solid var(--line);
  }
  .lists > ul:last-child > li:last-child {
    border-block-end: 0;
  }
  li.new {
    animation: arrive var(--motion) ease-out;
  }
  @keyframes arrive {
    from {
      opacity: 0;
      transform: translateX(24px);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    li.new {
      animation: none;
    }
  }
  .all,
  .unfold {
    display: block;
    width: 100%;
    padding: var(--space-3) var(--space-4);
    border: 0;
    border-block-start: 1px solid var(--line);
  }
  .unfold {
    min-height: 2.75rem;
    font: inherit;
    font-weight: 600;
    color: var(--brand);
    background: none;
    cursor: pointer;
  }
  .unfold:hover {
    background: var(--surface-hover);
  }
`;
