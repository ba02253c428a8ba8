import { css, unsafeCSS } from 'lit';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from '../charts/plot-box.js';

/** The strip of health, under the plots of the charts above it. */
export const stripStyles = css`
  :host {
    display: block;
    min-height: 56px;
  }
  .bar,
  siaga-skeleton {
    margin-inline: ${unsafeCSS(PLOT_LEFT_PX)}px ${unsafeCSS(PLOT_RIGHT_PX)}px;
  }
  .bar {
    position: relative;
    height: 30px;
    overflow: hidden;
    cursor: default;
    touch-action: pan-y;
    background: linear-gradient(var(--line), var(--line)) 0 24px / 100% 1px no-repeat;
  }
  svg {
    display: block;
  }
  .up {
    fill: var(--up-fill);
  }
  .degraded {
    fill: var(--degraded-fill);
  }
  .down {
    fill: var(--down-fill);
  }
  .unknown {
    fill: var(--unknown-quiet);
  }
  .hatch {
    stroke: var(--unknown-fill);
    stroke-width: 1.4;
    fill: none;
  }
  .dot {
    fill: var(--on-degraded);
    fill-opacity: 0.55;
  }
  .late {
    fill: var(--brand);
  }
  .cursor {
    position: absolute;
    inset-block: 0;
    width: 0;
    border-inline-start: 2px solid var(--text);
    pointer-events: none;
  }
  .name {
    padding-inline-start: ${unsafeCSS(PLOT_LEFT_PX)}px;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .told {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    min-height: 20px;
    margin-block-start: var(--space-1);
    padding-inline-start: ${unsafeCSS(PLOT_LEFT_PX)}px;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .here {
    color: var(--text);
    font-weight: 600;
  }
  .key {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
  }
  .late-key {
    width: 12px;
    height: 3px;
    background: var(--brand);
  }
  @media (max-width: 40rem) {
    .name,
    .told {
      padding-inline-start: 0;
    }
  }
`;
