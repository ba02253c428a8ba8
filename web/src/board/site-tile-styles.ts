import { css } from 'lit';

/** How loud a site's tile is: new and nobody's, open, looked after, well. */
export const siteTileStyles = css`
  /*
   * Chromium paints a box with overflow: hidden that is neither positioned nor a stacking context, and all around it up to
   * the next one that contains its paint, anew in each scrolled frame in which anything changes: 8 ms a frame on a board
   * of 200 sites. So the tile and the shapes (siaga-health.ts) do not cut off; the list item does, by contain: strict,
   * and keeps what the texts in it cost within itself: 2 ms.
   * The heights here are those that tile-layout.ts reckons with.
   */
  :host {
    display: block;
    height: 100%;
    padding: var(--space-3);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow);
  }
  :host([worst='down']) {
    box-shadow:
      inset 4px 0 0 var(--down-fill),
      var(--shadow);
  }
  /* Minutes old and nobody's: the eye goes here first. */
  :host([fresh]) {
    box-shadow:
      inset 4px 0 0 var(--down-fill),
      0 0 0 2px var(--down-fill);
    border-color: transparent;
  }
  /* Somebody is on it: the whole tile steps back. */
  :host([worst='down'][calmed]) {
    background: transparent;
    border-color: var(--line);
    box-shadow: inset 4px 0 0 var(--line);
  }
  :host([calmed]) h3 {
    font-weight: 400;
  }
  :host([worst='degraded']) {
    box-shadow:
      inset 4px 0 0 var(--degraded-fill),
      var(--shadow);
  }
  :host([worst='unknown']) {
    border-color: var(--unknown-fill);
    border-style: dashed;
  }
  :host([small]) {
    padding: 0 var(--space-3);
    box-shadow: none;
  }
  .small {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    height: 100%;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .small a {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--text);
    text-decoration: none;
  }
  .small a:hover {
    text-decoration: underline;
  }
  .head {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    height: 1.25rem;
    margin-block-end: 2px;
  }
  .fresh {
    flex: none;
    padding-inline: 6px;
    border-radius: 999px;
    background: var(--down-fill);
    color: var(--on-down);
    font-size: var(--text-xs);
    font-weight: 700;
    line-height: 1.125rem;
  }
  h3 {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h3 a {
    color: inherit;
    text-decoration: none;
  }
  h3 a:hover {
    text-decoration: underline;
  }
  .state {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-2);
    height: 1.125rem;
    overflow: hidden;
    margin-block-end: var(--space-2);
    font-size: var(--text-xs);
    line-height: 1.125rem;
    color: var(--text-quiet);
  }
  /* A site that is down as a whole says so once: its cells need not each shout it again. */
  .bar {
    flex-wrap: nowrap;
    justify-content: space-between;
    height: 1.375rem;
    margin-block-end: calc(var(--space-2) - 0.25rem);
    padding-inline: var(--space-2);
    border-radius: var(--radius-s);
    background: var(--down-fill);
    color: var(--on-down);
    font-weight: 600;
    line-height: 1.375rem;
  }
  /* For how long is said whole wherever there is room for it. */
  .bar > span {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bar > siaga-time {
    flex: none;
  }
  /* Where somebody looks after part of it, and nothing is new, it need not shout. */
  .bar.seen {
    background: var(--down-quiet);
    color: var(--down-text);
  }
  :host([dark]:not([calmed])) .cell > .shape.down {
    --shape-size: 12px;
    background: var(--down-quiet);
    stroke: var(--down-text);
    box-shadow: inset 0 0 0 1px var(--down-text);
  }
  .acknowledged-words {
    color: var(--text);
  }
  .down-words {
    color: var(--down-text);
    font-weight: 600;
  }
  .degraded-words {
    color: var(--degraded-text);
    font-weight: 600;
  }
  ul {
    display: flex;
    flex-wrap: wrap;
    margin: 0 -4px -4px;
    padding: 0;
    list-style: none;
  }
  .cell {
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
  }
  li.line {
    flex: 0 0 100%;
  }
  :host([dark]) .cell > .acknowledged {
    transform: scale(0.75);
  }
  .more {
    display: inline-flex;
    align-items: center;
    height: 1.5rem;
    padding-inline: var(--space-1);
    font-size: var(--text-xs);
  }
`;
