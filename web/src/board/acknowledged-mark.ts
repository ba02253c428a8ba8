import { css, html, type TemplateResult } from 'lit';
import type { Health } from '@siaga/shared';
import { healthShape } from '../components/siaga-health.js';

/** A device's health; where its incident is acknowledged it is calmer: hollow and grey, with a tick at its corner. */
export const deviceShape = (health: Health, acknowledged: boolean): TemplateResult =>
  acknowledged
    ? html`<span class="acknowledged"
        >${healthShape(health)}<svg class="tick" viewBox="0 0 10 10" aria-hidden="true">
          <path d="M2.2 5.2 4.2 7.2 7.8 3" /></svg
      ></span>`
    : healthShape(health);

/** To be had after `healthStyles`. */
export const acknowledgedStyles = css`
  .acknowledged {
    position: relative;
    display: inline-grid;
    flex: none;
  }
  .acknowledged .shape.down {
    background: transparent;
    stroke: var(--down-text);
    stroke-width: 1.5;
    box-shadow: inset 0 0 0 1px var(--line-strong);
  }
  .acknowledged .shape.degraded {
    background: transparent;
    fill: var(--degraded-text);
    box-shadow: inset 0 0 0 1px var(--line-strong);
  }
  .tick {
    position: absolute;
    inset-block-start: -4px;
    inset-inline-end: -4px;
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: var(--text-quiet);
    fill: none;
    stroke: var(--surface);
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
`;
