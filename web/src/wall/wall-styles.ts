import { css } from 'lit';

/** The wall fills the screen; its type grows with it: 32 px and more at 1080 lines. */
export const wallStyles = css`
  :host {
    --wall-type: max(16px, 3.05vh);
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    gap: 1.6vh;
    height: 100dvh;
    padding: 1.6vh 1.4vw;
    overflow: hidden;
    background: var(--ground);
    color: var(--text);
    color-scheme: inherit;
  }
  :host([dimmed]) {
    color-scheme: dark;
    /* What is quiet stays above AA. */
    filter: brightness(0.82);
  }
  :host([idle]) {
    cursor: none;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 1vh 2.4vw;
    font-size: var(--wall-type);
    line-height: 1.1;
  }
  h1 {
    font-size: inherit;
  }
  .counts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6vh 1.8vw;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .counts li {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
  }
  .counts .shape {
    --shape-size: 0.8em;
  }
  .counts strong {
    font-size: 1.5em;
    line-height: 1;
  }
  .counts .none strong {
    font-weight: 400;
    color: var(--text-quiet);
  }
  .counts .none .shape {
    opacity: 0.45;
    filter: grayscale(1);
  }
  .counts .some.down {
    color: var(--down-text);
  }
  .counts .some.degraded {
    color: var(--degraded-text);
  }
  .now {
    display: flex;
    align-items: center;
    gap: 1.2vw;
    margin-inline-start: auto;
  }
  .now time {
    font-weight: 600;
    white-space: nowrap;
  }
  .feed {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    color: var(--text-quiet);
  }
  .dot {
    width: 0.5em;
    height: 0.5em;
    border-radius: 50%;
    background: var(--up-fill);
  }
  .feed.connecting .dot {
    background: transparent;
    box-shadow: inset 0 0 0 2px var(--unknown-fill);
  }
  .feed.late {
    color: var(--degraded-text);
  }
  .feed.late .dot {
    background: transparent;
    box-shadow: inset 0 0 0 0.12em var(--degraded-fill);
  }
  .feed.cut {
    color: var(--degraded-text);
    font-weight: 600;
  }
  .feed.cut .dot {
    border-radius: 0;
    background: var(--degraded-fill);
    clip-path: polygon(50% 0, 100% 100%, 0 100%);
  }
  .ended {
    flex: 1 0 100%;
    padding: 0.4em 0.6em;
    border: 2px solid var(--degraded-fill);
    border-radius: var(--radius-m);
    background: var(--degraded-quiet);
    color: var(--degraded-text);
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
    gap: 1.6vw;
    min-height: 0;
  }
  .stale {
    opacity: 0.6;
    filter: grayscale(0.7);
  }
  .content.map {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.35fr);
  }
  .picture {
    min-height: 0;
    min-width: 0;
    overflow: hidden;
  }
  .tools {
    position: fixed;
    inset-block-end: var(--space-4);
    inset-inline-end: var(--space-4);
    z-index: 5;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    padding: var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-m);
    background: var(--surface);
    box-shadow: var(--shadow-raised);
    font-size: var(--text-s);
  }
  .tools {
    transition:
      opacity var(--motion),
      translate var(--motion);
  }
  /* Away unless somebody is at the wall: nothing is covered. */
  :host([idle]) .tools:not(:focus-within) {
    opacity: 0;
    translate: 0 100%;
    pointer-events: none;
  }
  .tools select,
  .tools button {
    height: 2.125rem;
    padding-inline: var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
  /* In px, as what hangs on the wall is as large as a share of the screen's height, not as the reader's type. */
  @media (max-width: 1000px) {
    :host {
      --wall-type: max(16px, 2.2vh);
      height: auto;
      min-height: 100dvh;
      overflow: visible;
    }
    .content,
    .content.map {
      grid-template-columns: minmax(0, 1fr);
    }
    .picture {
      min-height: 46vh;
    }
    .tools {
      inset-inline: var(--space-4);
    }
  }
`;
