import { css, unsafeCSS } from 'lit';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';

/** Round trip and loss, one over the other. */
export const latencyStyles = css`
  :host {
    display: block;
    min-height: 320px;
  }
  .reading {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    min-height: 1.5rem;
    padding-inline-start: ${unsafeCSS(PLOT_LEFT_PX)}px;
    color: var(--text-quiet);
    font-size: var(--text-xs);
    line-height: 1.5rem;
  }
  .reading strong {
    color: var(--text);
    font-weight: 600;
  }
  .band {
    --chart-height: 200px;
  }
  .silent {
    display: grid;
    place-items: center;
    min-height: 150px;
    margin: var(--space-1) ${unsafeCSS(PLOT_RIGHT_PX)}px 0 ${unsafeCSS(PLOT_LEFT_PX)}px;
    border: 1px dashed var(--line-strong);
    border-radius: var(--radius-s);
    color: var(--text-quiet);
    font-size: var(--text-s);
  }
  .loss {
    --chart-height: 88px;
  }
  .name {
    padding-inline-start: ${unsafeCSS(PLOT_LEFT_PX)}px;
    margin-block-start: var(--space-1);
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .charts {
    transition: opacity var(--motion);
  }
  .charts.late {
    opacity: 0.55;
    transition-delay: 400ms;
  }
  @media (max-width: 40rem) {
    .reading,
    .name {
      padding-inline-start: 0;
    }
    .reading {
      min-height: 3rem;
    }
  }
`;
