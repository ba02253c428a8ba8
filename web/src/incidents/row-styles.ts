import { css } from 'lit';

/** Rows of incidents, wherever they stand in a table. */
export const rowStyles = css`
  .incident-name {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    font-weight: 400;
  }
  .incident-name.loud {
    font-weight: 600;
  }
  .incident-name a {
    overflow-wrap: anywhere;
  }
  td.wide a,
  td bdi {
    overflow-wrap: anywhere;
  }
  .sub {
    display: block;
    font-size: var(--text-xs);
    font-weight: 400;
    color: var(--text-quiet);
  }
  .begun {
    white-space: nowrap;
  }
  .narrow {
    display: none;
  }
  .calm-mark {
    display: inline-flex;
    color: var(--up-text);
  }
  .calm-mark svg.icon {
    width: 16px;
    height: 16px;
  }
  .tag {
    padding: 0 var(--space-1);
    border-radius: var(--radius-s);
    background: var(--brand-quiet);
    color: var(--brand);
  }
  td strong {
    font-weight: 600;
    color: var(--down-text);
  }
  tr.changed th {
    box-shadow: inset 3px 0 0 var(--brand-fill);
  }
  tbody tr:focus-within {
    background: var(--surface-hover);
  }
  @media (max-width: 40rem) {
    .narrow {
      display: inline;
    }
    .begun,
    .begun siaga-time {
      white-space: normal;
    }
  }
`;
