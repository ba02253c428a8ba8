import { css } from 'lit';

/** The map's frame, land, marks and what stands beside it. */
export const mapStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
  }
  .frame {
    position: relative;
    /* As wide and high as the country is. */
    aspect-ratio: 2.25;
    width: 100%;
    min-height: 240px;
    max-height: max(240px, calc(100dvh - 190px));
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--sea);
    touch-action: none;
    cursor: grab;
    contain: strict;
  }
  :host([still]) {
    height: 100%;
  }
  :host([still]) .frame {
    height: 100%;
    max-height: none;
    aspect-ratio: auto;
    cursor: inherit;
  }
  .frame:active {
    cursor: grabbing;
  }
  .frame:focus-visible {
    outline-offset: -2px;
  }
  .land {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    stroke-width: 1;
    stroke-linejoin: round;
  }
  .land path {
    vector-effect: non-scaling-stroke;
    fill: var(--land);
    stroke: var(--land-line);
  }
  .land .neighbours {
    fill: var(--land-abroad);
    stroke: none;
  }
  .mark {
    position: absolute;
    inset: 0 auto auto 0;
    z-index: 1;
    width: 0;
    height: 0;
  }
  .mark.down {
    z-index: 4;
  }
  .mark.degraded {
    z-index: 3;
  }
  .mark.unknown {
    z-index: 2;
  }
  .mark:hover,
  .mark:focus-within {
    z-index: 5;
  }
  .mark > a,
  .mark > button,
  .mark > span {
    position: absolute;
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    min-width: 26px;
    height: 1.625rem;
    padding: 0 4px;
    border: 1px solid var(--line-strong);
    border-radius: 999px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-size: var(--text-xs);
    font-weight: 600;
    text-decoration: none;
    white-space: nowrap;
    transform: translate(-50%, -50%);
    box-shadow: var(--shadow);
    cursor: pointer;
  }
  .mark .shape.up {
    background: var(--land-up);
    border-radius: 50%;
  }
  .mark.up > * {
    border-color: transparent;
    background: transparent;
    box-shadow: none;
    font-weight: 400;
  }
  .mark.up > .several .shape {
    width: 14px;
    height: 14px;
    margin: 1px;
  }
  .mark.down > *:not(.calmed) {
    border: 2px solid var(--down-fill);
    background: var(--down-quiet);
    color: var(--down-text);
  }
  .several {
    padding-inline-end: 8px;
  }
  .name {
    display: none;
    max-width: 13.75rem;
    overflow: hidden;
    text-overflow: ellipsis;
    padding-inline-end: 6px;
  }
  /* One site's shape stands at its place, the name beside it. */
  .few .mark > :not(.several) {
    transform: translate(-13px, -50%);
  }
  .few .mark.east > :not(.several) {
    flex-direction: row-reverse;
    transform: translate(calc(-100% + 13px), -50%);
  }
  .few .mark.east .name {
    padding-inline: 6px 0;
  }
  .few .mark .name,
  .mark > :hover .name,
  .mark > :focus-visible .name {
    display: inline;
  }
  .mark.up > :hover,
  .mark.up > :focus-visible,
  .few .mark.up > :not(.several) {
    border-color: var(--line);
    background: var(--surface);
  }
  .mark.up > .several:hover {
    border-color: var(--line-strong);
    background: var(--surface);
  }
  .buttons {
    position: absolute;
    z-index: 6;
    inset-block-start: var(--space-2);
    inset-inline-end: var(--space-2);
    display: grid;
    gap: var(--space-1);
  }
  .buttons button {
    display: grid;
    place-items: center;
    width: 2.125rem;
    height: 2.125rem;
    padding: 0;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--text);
    font: 600 var(--text-m) var(--font);
    cursor: pointer;
  }
  .buttons button:hover {
    background: var(--surface-hover);
  }
  .unplaced h2 {
    margin-block-end: var(--space-1);
  }
  .unplaced ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin: var(--space-2) 0 0;
    padding: 0;
    list-style: none;
  }
  .unplaced li {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    min-width: 0;
    max-width: 100%;
  }
  .unplaced li a {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
