import { css } from 'lit';

/** The heat view: the canvas, the names of regions over it, the cursor's ring and the legend. */
export const heatStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .frame {
    position: relative;
    overflow: hidden;
  }
  canvas {
    position: absolute;
    inset: 0 auto auto 0;
    touch-action: pan-y;
    cursor: pointer;
  }
  canvas[role='img'] {
    cursor: inherit;
  }
  canvas:focus-visible {
    outline-offset: -2px;
  }
  /* What has no room goes into a second line, which is not seen. */
  .region {
    position: absolute;
    inset: 0 auto auto 0;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 0.4em;
    line-height: 1.375rem;
    overflow: hidden;
    white-space: nowrap;
    height: 1.375rem;
    font-size: var(--text-xs);
    color: var(--text-quiet);
    pointer-events: none;
  }
  :host([still]) .region {
    height: 1.8em;
    font-size: max(13px, 1.65vh);
    line-height: 1.8em;
  }
  .region-name {
    flex: 0 1 auto;
    max-width: calc(100% - 3.2em);
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .troubled .region-name {
    color: var(--text);
  }
  .sum {
    flex: none;
    display: inline-flex;
    align-items: center;
    gap: 0.25em;
    font-weight: 600;
  }
  .sum .shape {
    --shape-size: 0.95em;
  }
  .sum.down {
    color: var(--down-text);
  }
  .sum.degraded {
    color: var(--degraded-text);
  }
  .sites {
    flex: 1 1 5em;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .cursor {
    position: absolute;
    inset: 0 auto auto 0;
    border: 2px solid var(--text);
    border-radius: 3px;
    box-shadow: 0 0 0 1px var(--surface);
    scroll-margin: 6rem 0;
    pointer-events: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin: 0 0 var(--space-2);
    padding: 0;
    list-style: none;
    font-size: var(--text-s);
    color: var(--text-quiet);
  }
  .legend li {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
  }
`;
