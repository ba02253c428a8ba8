import { css } from 'lit';

/** What every shadow root wants: boxes, links, focus, headings, text for screen readers only. */
export const baseStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  a {
    color: var(--brand);
    text-underline-offset: 2px;
    text-decoration-thickness: 1px;
  }
  a:hover {
    text-decoration-thickness: 2px;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--radius-s);
  }
  h1,
  h2,
  h3 {
    margin: 0;
    font-weight: 600;
    line-height: 1.25;
    text-wrap: balance;
  }
  h1 {
    font-size: var(--text-l);
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: var(--text-m);
  }
  h3 {
    font-size: var(--text-s);
  }
  p {
    margin: 0;
  }
  .quiet {
    color: var(--text-quiet);
  }
  .mono {
    font-family: var(--font-mono);
    font-size: 0.95em;
  }
  .number {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  svg.icon {
    width: 20px;
    height: 20px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  wa-button svg.icon {
    width: 16px;
    height: 16px;
    vertical-align: -3px;
    margin-inline-end: var(--space-1);
  }
  wa-button {
    font-size: var(--text-s);
  }
  wa-button::part(base) {
    height: 2.25rem;
  }
`;

/** Pages: a heading row, cards, a grid of facts. */
export const pageStyles = css`
  :host {
    display: block;
    padding: var(--space-4) var(--space-6) var(--space-8);
    max-width: 100rem;
    margin-inline: auto;
  }
  .page-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-4);
    margin-block-end: var(--space-4);
    min-height: 2.25rem;
  }
  .page-head .actions {
    margin-inline-start: auto;
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    padding: var(--space-4);
    box-shadow: var(--shadow);
    min-width: 0;
  }
  .card > h2 {
    margin-block-end: var(--space-3);
  }
  .stack {
    display: grid;
    gap: var(--space-4);
    align-content: start;
    min-width: 0;
  }
  .stack > * {
    min-width: 0;
  }
  .split {
    display: grid;
    grid-template-columns: minmax(0, 1fr) var(--aside);
    gap: var(--space-4);
    align-items: start;
  }
  dl.facts {
    display: grid;
    grid-template-columns: fit-content(45%) minmax(0, 1fr);
    gap: var(--space-2) var(--space-4);
    margin: 0;
  }
  dl.facts siaga-time {
    white-space: normal;
  }
  dl.facts dt {
    color: var(--text-quiet);
  }
  dl.facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .stale {
    /* Old, yet to be read: the contrast stays above AA. */
    opacity: 0.88;
    filter: grayscale(1);
  }
  @media (max-width: 62.5rem) {
    .split {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 40rem) {
    :host {
      padding: var(--space-3) var(--space-4) var(--space-6);
    }
  }
`;

/** Dense tables that scroll sideways inside their frame; `.wide` columns leave on a phone, `.widest` ones before. */
export const tableStyles = css`
  .table-scroll {
    /* What is only for the ear stays within, and makes no page wider. */
    position: relative;
    overflow-x: auto;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    box-shadow: var(--shadow);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-s);
  }
  caption {
    text-align: start;
  }
  th,
  td {
    padding: var(--space-2) var(--space-3);
    text-align: start;
    vertical-align: middle;
    border-block-end: 1px solid var(--line);
  }
  tbody tr:last-child td,
  tbody tr:last-child th {
    border-block-end: 0;
  }
  th[scope='row'] {
    min-width: 10rem;
    font-weight: 600;
  }
  thead th {
    font-size: var(--text-xs);
    font-weight: 600;
    color: var(--text-quiet);
    white-space: nowrap;
    background: var(--surface-hover);
  }
  th.number,
  td.number {
    text-align: end;
  }
  tbody tr:hover {
    background: var(--surface-hover);
  }
  thead th:has(a.sort) {
    padding: 0;
  }
  a.sort {
    display: block;
    padding: var(--space-2) var(--space-3);
    color: inherit;
    text-decoration: none;
  }
  a.sort:hover {
    text-decoration: underline;
  }
  .narrow {
    display: none;
  }
  @media (max-width: 60rem) {
    .widest {
      display: none;
    }
  }
  @media (max-width: 40rem) {
    .wide {
      display: none;
    }
    .narrow {
      display: block;
    }
    th,
    td {
      padding: var(--space-2);
    }
    th[scope='row'] {
      min-width: 0;
    }
  }
`;

/** Labels, inputs, selects, hints and errors: native controls in our looks. */
export const formStyles = css`
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-4);
  }
  .field {
    display: grid;
    gap: var(--space-1);
    min-width: 0;
  }
  .field label {
    font-weight: 600;
  }
  input,
  select {
    width: 100%;
    min-width: 0;
    height: 2.5rem;
    padding: 0 var(--space-3);
    font: inherit;
    font-size: var(--text-s);
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
  }
  input::placeholder {
    color: var(--text-quiet);
    opacity: 1;
  }
  input[aria-invalid='true'],
  select[aria-invalid='true'] {
    border-color: var(--down-fill);
    box-shadow: inset 0 0 0 1px var(--down-fill);
  }
  .hint {
    color: var(--text-quiet);
    font-size: var(--text-xs);
  }
  .fault {
    color: var(--down-text);
    font-size: var(--text-xs);
    font-weight: 600;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-4);
    align-items: start;
  }
  .buttons {
    display: flex;
    justify-content: flex-end;
    gap: var(--space-2);
    flex-wrap: wrap;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-3);
    align-items: end;
    margin-block-end: var(--space-4);
  }
  .filters .field {
    flex: 0 1 11.25rem;
  }
  .filters .field.grow {
    flex: 1 1 15rem;
    max-width: 26.25rem;
  }
  .filters label {
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .filters input,
  .filters select {
    height: 2.25rem;
  }
  @media (max-width: 40rem) {
    .pair {
      grid-template-columns: minmax(0, 1fr);
    }
    .filters .field,
    .filters .field.grow {
      flex: 1 1 8.75rem;
      max-width: none;
    }
    input,
    select {
      font-size: var(--text-m);
    }
  }
`;
