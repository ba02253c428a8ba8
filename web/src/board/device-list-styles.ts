import { css } from 'lit';

/** The list's columns, rows and heads. A row's height is that of ROW_PX in siaga-device-list.ts. */
export const deviceListStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .table {
    /* The kind's leaves first, when names get short; the others take 46.5rem with gaps. */
    --health: minmax(8.25rem, 0.5fr);
    --name: minmax(8rem, 2fr);
    --site: minmax(6rem, 1.3fr);
    --address-since: minmax(5.75rem, 0.5fr) minmax(6.75rem, 0.6fr);
    --incident: minmax(6.5rem, 0.4fr);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow);
  }
  .row {
    display: grid;
    grid-template-columns:
      var(--health) var(--name) var(--site) minmax(3.25rem, 0.4fr) var(--address-since)
      var(--incident);
    align-items: center;
    padding-inline: var(--space-3);
    gap: var(--space-3);
    font-size: var(--text-s);
  }
  .heads {
    position: sticky;
    top: var(--bar);
    z-index: 2;
    background: var(--surface-hover);
    border-block-end: 1px solid var(--line);
    border-radius: var(--radius-m) var(--radius-m) 0 0;
  }
  .heads a {
    display: block;
    padding-block: var(--space-2);
    color: var(--text-quiet);
    font-size: var(--text-xs);
    font-weight: 600;
    text-decoration: none;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .heads a:hover {
    text-decoration: underline;
  }
  .body {
    position: relative;
  }
  .body .row {
    position: absolute;
    inset: 0 0 auto 0;
    height: 2.25rem;
    border-block-end: 1px solid var(--line);
    contain: strict;
  }
  .body .row:hover {
    background: var(--surface-hover);
  }
  .body .row:has(:focus-visible) {
    background: var(--brand-quiet);
  }
  .cell {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .health {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    padding-block: 4px;
  }
  .health .down {
    color: var(--down-text);
    font-weight: 600;
  }
  .health .degraded {
    color: var(--degraded-text);
    font-weight: 600;
  }
  .health .unknown {
    color: var(--unknown-text);
  }
  .health .acknowledged-words {
    color: var(--text);
    font-weight: 400;
  }
  .body .name a {
    color: var(--text);
    font-weight: 600;
    text-decoration: none;
  }
  .body .name a:hover {
    text-decoration: underline;
  }
  .body .name a:focus-visible {
    outline-offset: -2px;
  }
  .heads .count {
    margin-inline-start: var(--space-2);
    font-weight: 400;
  }
  /* Hangs over the list's lower edge: the rows keep their places when it comes and goes. */
  .changes {
    position: sticky;
    bottom: var(--space-4);
    z-index: 3;
    display: flex;
    justify-content: center;
    align-items: end;
    height: 0;
  }
  .changes button {
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--line-strong);
    border-radius: 999px;
    background: var(--surface);
    box-shadow: var(--shadow-raised);
    color: var(--text);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  @media (max-width: 40rem) {
    .changes {
      bottom: 4.5rem;
    }
  }
  @container (width < 58rem) {
    .row > .kind {
      display: none;
    }
    .row {
      grid-template-columns: var(--health) var(--name) var(--site) var(--address-since) var(--incident);
    }
  }
  @container (width < 47rem) {
    .heads {
      position: static;
    }
    .heads .cell:not(.health, .name, .since) {
      display: none;
    }
    .row {
      grid-template-columns: auto minmax(0, 1fr) auto;
      gap: 0 var(--space-3);
    }
    .body .row {
      height: 3.5rem;
      grid-template-rows: 1fr 1fr;
    }
    .body .address,
    .body .incident,
    .body .kind,
    .body .health .word {
      display: none;
    }
    .body .health {
      grid-row: 1 / -1;
      /* The tick of what is acknowledged reaches over the shape. */
      overflow: visible;
    }
    .body .name {
      grid-column: 2;
      align-self: end;
    }
    .body .site {
      grid-area: 2 / 2;
      align-self: start;
      font-size: var(--text-xs);
      color: var(--text-quiet);
    }
    .body .since {
      grid-area: 1 / 3 / -1;
    }
  }
`;
