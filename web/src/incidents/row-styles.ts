import { css } from 'lit';

/** Rows of incidents, wherever they stand in a table. */
export const rowStyles = css`
  .incident-name {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    font-weight: 600;
  }
  .incident-name a {
    overflow-wrap: anywhere;
  }
  .sub {
    display: block;
    font-size: var(--text-xs);
    font-weight: 400;
    color: var(--text-quiet);
  }
  .calm-mark {
    display: inline-flex;
    color: var(--up-text);
  }
  .calm-mark svg.icon {
    width: 16px;
    height: 16px;
  }
`;
