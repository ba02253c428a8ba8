import { css } from 'lit';

/** The device's page: its areas, its present health, the choice of a span. */
export const deviceStyles = css`
  .now {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    padding: 2px var(--space-3);
    border-radius: 999px;
    background: var(--unknown-quiet);
  }
  .now.down {
    background: var(--down-quiet);
    color: var(--down-text);
  }
  .now.degraded {
    background: var(--degraded-quiet);
    color: var(--degraded-text);
  }
  .now.up {
    background: var(--up-quiet);
    color: var(--up-text);
  }
  /* Somebody is at it: the shape and the word tell, the ground need not. */
  .now.calm {
    background: var(--surface);
    box-shadow: inset 0 0 0 1px var(--line);
    color: var(--text-quiet);
  }
  h1 {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
  }
  .card-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2) var(--space-4);
    margin-block-end: var(--space-2);
  }
  .ranges {
    display: inline-flex;
    flex-wrap: wrap;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    overflow: hidden;
  }
  .ranges a {
    padding: var(--space-1) var(--space-3);
    font-size: var(--text-xs);
    line-height: 1.25rem;
    color: var(--text-quiet);
    text-decoration: none;
    border-inline-end: 1px solid var(--line);
  }
  .ranges a:last-child {
    border-inline-end: 0;
  }
  .ranges a:hover {
    background: var(--surface-hover);
  }
  .ranges a[aria-current] {
    background: var(--brand-quiet);
    color: var(--brand);
    font-weight: 600;
  }
  .ranges a:focus-visible {
    outline-offset: -2px;
  }
  .zoom {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-3);
    margin-block-end: var(--space-2);
  }
  .zoom-span {
    font-weight: 600;
  }
  .back {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
  }
  .back svg.icon {
    width: 16px;
    height: 16px;
  }
  siaga-path {
    margin-block-end: var(--space-4);
  }
  .areas {
    display: grid;
    grid-template: 'main why' auto 'main facts' 1fr / minmax(0, 1fr) var(--aside);
    gap: var(--space-4);
    align-items: start;
  }
  .areas > .why {
    grid-area: why;
  }
  .areas > .main {
    grid-area: main;
  }
  .areas > .facts {
    grid-area: facts;
  }
  @media (max-width: 62.5rem) {
    .areas {
      grid-template: 'why' 'main' 'facts' / minmax(0, 1fr);
    }
  }
  @media (max-width: 40rem) {
    /* Six ranges: two lines of three. */
    .ranges {
      display: grid;
      grid-template-columns: repeat(3, 1fr);
      width: 100%;
    }
    .ranges a {
      padding-block: var(--space-2);
      text-align: center;
    }
    .ranges a:nth-child(3) {
      border-inline-end: 0;
    }
    .ranges a:nth-child(-n + 3) {
      border-block-end: 1px solid var(--line);
    }
  }
`;
