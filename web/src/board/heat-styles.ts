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
  .region {
    position: absolute;
    inset: 0 auto auto 0;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: var(--text-xs);
    font-weight: 600;
    line-height: 1.375rem;
    color: var(--text-quiet);
    pointer-events: none;
  }
  .cursor {
    position: absolute;
    inset: 0 auto auto 0;
    border: 2px solid var(--text);
    border-radius: 3px;
    box-shadow: 0 0 0 1px var(--surface);
    scroll-margin: 96px 0;
    pointer-events: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin: 0 0 var(--space-3);
    padding: 0;
    list-style: none;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .legend li {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
  }
`;
