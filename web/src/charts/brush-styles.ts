import { css, unsafeCSS } from 'lit';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';

/** The brush lies over the plots of the charts in its slot. */
export const brushStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .stage {
    position: relative;
  }
  .surface {
    position: absolute;
    inset-block: 0;
    left: ${unsafeCSS(PLOT_LEFT_PX)}px;
    right: ${unsafeCSS(PLOT_RIGHT_PX)}px;
    cursor: crosshair;
    /* Up and down scrolls the page, sideways brushes. */
    touch-action: pan-y;
    user-select: none;
    -webkit-user-select: none;
    overflow: hidden;
  }
  .surface:focus-visible {
    outline-offset: 0;
  }
  .cursor {
    position: absolute;
    inset-block: 0;
    width: 0;
    border-inline-start: 1px solid var(--line-strong);
    pointer-events: none;
  }
  .surface:focus-visible .cursor {
    border-inline-start: 2px solid var(--focus);
  }
  .chosen {
    position: absolute;
    inset-block: 0;
    background: color-mix(in srgb, var(--brand) 18%, transparent);
    border-inline: 1px solid var(--brand);
    pointer-events: none;
  }
  .keys {
    position: absolute;
    inset-block-start: 2px;
    inset-inline-end: ${unsafeCSS(PLOT_RIGHT_PX + 4)}px;
    padding: 0 var(--space-2);
    font-size: var(--text-xs);
    color: var(--text-quiet);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    opacity: 0;
    pointer-events: none;
  }
  .surface:focus-visible ~ .keys {
    opacity: 1;
  }
  @media (max-width: 40rem) {
    .surface:focus-visible ~ .keys {
      opacity: 0;
    }
  }
`;
