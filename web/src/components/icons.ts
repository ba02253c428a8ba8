import { html, svg, type TemplateResult } from 'lit';

const drawn = (shapes: TemplateResult<2>): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;

/** The app's icons on a 24 px grid, bundled; decoration only, so each stands beside words or a label. */
export const icons = {
  board: drawn(svg`<path d="M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z" />`),
  incidents: drawn(svg`<path d="M12 3.5 2.5 20h19zM12 10v4.5M12 17.2v.1" />`),
  devices: drawn(svg`<path d="M3 5h18v6H3zM3 13h18v6H3zM7 8h.01M7 16h.01M11 8h6M11 16h6" />`),
  fleet: drawn(svg`<path d="M4 21V8l8-5 8 5v13M2 21h20M9 21v-6h6v6M8.5 11h.01M12 11h.01M15.5 11h.01" />`),
  light: drawn(
    svg`<circle cx="12" cy="12" r="4" /><path d="M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8" />`,
  ),
  dark: drawn(svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />`),
  auto: drawn(
    svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor" />`,
  ),
  signOut: drawn(svg`<path d="M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5" />`),
  add: drawn(svg`<path d="M12 5v14M5 12h14" />`),
  edit: drawn(svg`<path d="M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4" />`),
  remove: drawn(svg`<path d="M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5" />`),
  back: drawn(svg`<path d="M15 5l-7 7 7 7" />`),
  next: drawn(svg`<path d="M9 5l7 7-7 7" />`),
  retry: drawn(
    svg`<path d="M20 5v5h-5M4 19v-5h5M19 10a7.5 7.5 0 0 0-13.3-2.3M5 14a7.5 7.5 0 0 0 13.3 2.3" />`,
  ),
  key: drawn(svg`<circle cx="8" cy="15" r="4.5" /><path d="M11.5 12 20 3.5M17 6.5l3 3M14 9.5l2 2" />`),
  close: drawn(svg`<path d="M6 6l12 12M18 6 6 18" />`),
  filter: drawn(svg`<path d="M4 6h16M7 12h10M10 18h4" />`),
  search: drawn(svg`<circle cx="10.5" cy="10.5" r="6.5" /><path d="M15.5 15.5 21 21" />`),
  person: drawn(svg`<circle cx="12" cy="8" r="4" /><path d="M4 21c.6-4.4 3.7-7 8-7s7.4 2.6 8 7" />`),
  agent: drawn(
    svg`<path d="M5 20h14M12 20v-7M12 9.5a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5zM8 15.2a5.6 5.6 0 0 1 0-8M16 7.2a5.6 5.6 0 0 1 0 8M5.2 18a9.6 9.6 0 0 1 0-13.6M18.8 4.4a9.6 9.6 0 0 1 0 13.6" />`,
  ),
  keyboard: drawn(svg`<path d="M2.5 6h19v12h-19zM6 10h.01M9.5 10h.01M13 10h.01M16.5 10h.01M8 14.5h8" />`),
  copy: drawn(svg`<path d="M9 9h11v12H9zM5 15H4V3h11v2" />`),
  calm: drawn(svg`<circle cx="12" cy="12" r="9" /><path d="M8 12.5l2.7 2.7L16 9.5" />`),
} as const;

export type IconName = keyof typeof icons;
