import { css } from 'lit';

/** The small forms of an incident, in a row of the pane and on its page. */
export const ticketFormStyles = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    gap: var(--space-2);
  }
  label {
    font-weight: 600;
    font-size: var(--text-xs);
  }
  textarea {
    width: 100%;
    min-width: 0;
    padding: var(--space-2) var(--space-3);
    font: inherit;
    font-size: var(--text-s);
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    resize: vertical;
    field-sizing: content;
    max-height: 40vh;
  }
  textarea[aria-invalid='true'] {
    border-color: var(--down-fill);
    box-shadow: inset 0 0 0 1px var(--down-fill);
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  .chips button {
    min-height: max(24px, 1.75rem);
    padding: 2px var(--space-3);
    font: inherit;
    font-size: var(--text-xs);
    color: var(--text);
    background: var(--surface-hover);
    border: 1px solid var(--line);
    border-radius: 999px;
    cursor: pointer;
  }
  .chips button:hover {
    border-color: var(--line-strong);
  }
  .chips button[aria-pressed='true'] {
    background: var(--brand-quiet);
    border-color: var(--brand);
    color: var(--brand);
    font-weight: 600;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: var(--space-2);
  }
  .row .hint {
    margin-inline-end: auto;
  }
  .hint {
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
  .fault {
    font-size: var(--text-xs);
    font-weight: 600;
    color: var(--down-text);
  }
  .told {
    padding: var(--space-2) var(--space-3);
    border-inline-start: 3px solid var(--brand);
    background: var(--brand-quiet);
    border-radius: var(--radius-s);
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
  .row wa-button::part(base) {
    height: 2rem;
    padding-inline: var(--space-3);
  }
  @media (hover: none) {
    .keys {
      display: none;
    }
    .row wa-button::part(base) {
      height: 2.5rem;
    }
  }
  kbd {
    font-family: var(--font-mono);
    font-size: 0.95em;
  }
  @media (max-width: 40rem) {
    textarea {
      font-size: var(--text-m);
    }
    .chips button {
      min-height: 2.25rem;
    }
  }
`;
