import { css } from 'lit';

/** An input with a list under it: over the page where it floats, else within the form. */
export const comboboxStyles = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
  }
  .box {
    position: relative;
  }
  .box .icon {
    position: absolute;
    inset-inline-start: var(--space-2);
    top: 50%;
    translate: 0 -50%;
    width: 18px;
    height: 18px;
    color: var(--text-quiet);
    pointer-events: none;
  }
  .box .icon + input {
    padding-inline-start: calc(var(--space-8) + 2px);
  }
  .box kbd {
    position: absolute;
    inset-inline-end: var(--space-3);
    top: 50%;
    translate: 0 -50%;
    padding: 0 var(--space-2);
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    background: var(--surface-sunken);
    color: var(--text-quiet);
    font-family: var(--font-mono);
    font-size: var(--text-xs);
    pointer-events: none;
  }
  input:focus ~ kbd {
    display: none;
  }
  :host([floating]) input {
    height: 2.25rem;
  }
  @media (max-width: 40rem) {
    .box kbd {
      display: none;
    }
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  .list {
    max-height: 232px;
    margin-block-start: var(--space-1);
    overflow-y: auto;
    overscroll-behavior: contain;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
  }
  :host([floating]) .list {
    position: absolute;
    inset-inline: 0;
    top: 100%;
    z-index: 10;
    max-height: min(70vh, 640px);
    box-shadow: var(--shadow-raised);
  }
  .group {
    padding: var(--space-1);
  }
  .group + .group {
    border-block-start: 1px solid var(--line);
  }
  .group-name {
    padding: var(--space-1) var(--space-2);
    font-size: var(--text-xs);
    font-weight: 600;
    color: var(--text-quiet);
  }
  .option {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-height: 2.25rem;
    padding: var(--space-1) var(--space-2);
    border-radius: var(--radius-s);
    cursor: pointer;
  }
  .option[aria-selected='true'] {
    background: var(--brand-quiet);
    box-shadow: inset 0 0 0 2px var(--focus);
  }
  .option .main {
    flex: 1 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .option .side {
    flex: 0 1 auto;
    max-width: 50%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .option .all {
    color: var(--brand);
  }
  .none {
    padding: var(--space-4);
    color: var(--text-quiet);
    text-align: center;
  }
`;
