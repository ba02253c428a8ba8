import { css } from 'lit';

/** The page of sites and agents. */
export const fleetStyles = css`
  .section-head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-4);
    margin-block-end: var(--space-2);
  }
  th[scope='row'] {
    min-width: 140px;
  }
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
