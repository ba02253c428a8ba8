import { css } from 'lit';

/** The facts beside the story. */
export const factsStyles = css`
  :host {
    display: block;
    padding: 0;
    margin: 0;
    max-width: none;
  }
  dl.facts dt {
    font-size: var(--text-xs);
    line-height: 1.3125rem;
  }
  dd .sub {
    display: block;
    font-size: var(--text-xs);
    color: var(--text-quiet);
  }
`;
