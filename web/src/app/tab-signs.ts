import type { TicketSummary } from '@siaga/shared';

/** What the tab tells of: incidents that nobody has taken note of. */
export interface TabCount {
  count: number;
  worst: TicketSummary['priority'] | undefined;
}

const WORST_FIRST = ['critical', 'high', 'medium', 'low'] as const satisfies TicketSummary['priority'][];

/** Counts what wants a hand. An acknowledged incident has one already. */
export const countForTab = (
  incidents: Iterable<Pick<TicketSummary, 'acknowledged_at' | 'priority'>>,
): TabCount => {
  let count = 0;
  let worst: TicketSummary['priority'] | undefined;
  for (const { acknowledged_at, priority } of incidents) {
    if (acknowledged_at !== null) continue;
    count += 1;
    if (worst === undefined || WORST_FIRST.indexOf(priority) < WORST_FIRST.indexOf(worst)) worst = priority;
  }
  return { count, worst };
};

/** "(3) Board · Siaga": the number is the icon's, so that the tab says one thing. */
export const tabTitle = (pageName: string, { count }: TabCount): string => {
  const name = pageName === '' ? 'Siaga' : `${pageName} · Siaga`;
  return count > 0 ? `(${count}) ${name}` : name;
};

/** The plain icon, where nothing wants a hand. */
export const PLAIN_ICON = '/favicon.svg';

const FILLS: Readonly<Record<TicketSummary['priority'], [ground: string, ink: string]>> = {
  critical: ['#c5221b', '#fff'],
  high: ['#c5221b', '#fff'],
  medium: ['#e39a12', '#241600'],
  low: ['#6b7784', '#fff'],
};

/**
 * The tab's icon: the number on the colour of the worst, over the whole tile, as a small mark in its corner could not
 * be read at 16 px. Grey with a broken edge while the feed is cut: the number is then of the past.
 */
export const iconAddress = ({ count, worst }: TabCount, isCut: boolean): string => {
  if (count === 0 || worst === undefined) return PLAIN_ICON;
  const [ground, ink] = isCut ? ['#6b7784', '#fff'] : FILLS[worst];
  const words = count > 99 ? '99' : String(count);
  const size = words.length === 1 ? 26 : 20;
  const more = count > 99 ? `<circle cx="27" cy="5" r="5" fill="${ink}"/>` : '';
  const edge = isCut
    ? `<rect x="1.5" y="1.5" width="29" height="29" rx="6" fill="none" stroke="${ink}" stroke-width="3" stroke-dasharray="4 3"/>`
    : '';
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${ground}"/>${edge}${more}<text x="16" y="${16 + size * 0.36}" font-family="system-ui,sans-serif" font-weight="700" font-size="${size}" text-anchor="middle" fill="${ink}">${words}</text></svg>`,
  )}`;
};

/** Puts title and icon on the tab; touches the document only where something changed. */
export const showOnTab = (pageName: string, count: TabCount, isCut: boolean): void => {
  const title = tabTitle(pageName, count);
  if (document.title !== title) document.title = title;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const icon = iconAddress(count, isCut);
  if (link && link.getAttribute('href') !== icon) link.setAttribute('href', icon);
};
