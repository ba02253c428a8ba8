import type { CDPSession, Page } from 'playwright-core';

/** One stop of the Tab key. */
export interface FocusStop {
  /** As assistive technology hears it. */
  name: string;
  role: string;
  tag: string;
  box: { top: number; bottom: number; left: number; right: number };
  /** The landmark it stands in: order counts within one, and among those that lie over one another. */
  region: string;
}

// As text: the content security policy lets the debugger evaluate it, and no helper.
const DEEP_ACTIVE = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
})()`;

const FACTS = `function () {
  const { top, bottom, left, right } = this.getBoundingClientRect();
  let region = '';
  for (let node = this; node; node = node.assignedSlot ?? node.parentNode ?? node.host) {
    const tag = node.tagName ?? '';
    if (tag === 'DIALOG' || tag === 'SIAGA-TOP-BAR' || tag === 'SIAGA-RAIL' || tag === 'MAIN' || tag === 'ASIDE'
      || tag === 'SIAGA-NOTICES') { region = tag; break; }
    if (node.host === undefined && node.nodeType === 11) continue;
  }
  const y = scrollY;
  return { tag: this.tagName, isBody: this === document.body, region,
    box: { top: top + y, bottom: bottom + y, left, right } };
}`;

/** What an expression says of `active`: of what has the focus, through all shadows. */
export const focused = <T = string>(page: Page, expression: string): Promise<T> =>
  page.evaluate<T>(`(() => { const active = ${DEEP_ACTIVE}; return ${expression}; })()`);
export const focusedText = (page: Page): Promise<string> =>
  focused(page, `active?.textContent?.trim() ?? ''`);

/** Puts the starting point of the Tab key before everything. */
const START = `(() => {
  const start = document.createElement('span');
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
})()`;

interface Facts {
  tag: string;
  isBody: boolean;
  region: string;
  box: FocusStop['box'];
}

const stopNow = async (client: CDPSession): Promise<{ key: string; stop: FocusStop } | undefined> => {
  const { result } = await client.send('Runtime.evaluate', { expression: DEEP_ACTIVE });
  const { objectId } = result;
  if (objectId === undefined) return undefined;
  const [called, { node }, { nodes }] = await Promise.all([
    client.send('Runtime.callFunctionOn', { objectId, functionDeclaration: FACTS, returnByValue: true }),
    client.send('DOM.describeNode', { objectId }),
    client.send('Accessibility.getPartialAXTree', { objectId, fetchRelatives: false }),
  ]);
  const facts = called.result.value as Facts;
  if (facts.isBody) return undefined;
  const [heard] = nodes;
  const { tag, box, region } = facts;
  return {
    key: String(node.backendNodeId),
    stop: {
      name: String(heard?.name?.value ?? ''),
      role: String(heard?.role?.value ?? ''),
      tag,
      box,
      region,
    },
  };
};

/** The stops of the Tab key from the top of the page, `most` of them; ends where the keyboard leaves the page. */
export const focusStops = async (
  page: Page,
  most = 120,
): Promise<{ stops: FocusStop[]; trappedAt?: FocusStop }> => {
  const client = await page.context().newCDPSession(page);
  await client.send('DOM.enable');
  await client.send('Accessibility.enable');
  await page.evaluate(START);
  const stops: FocusStop[] = [];
  const keys: string[] = [];
  try {
    for (let n = 0; n < most; n += 1) {
      await page.keyboard.press('Tab');
      const now = await stopNow(client);
      // The keyboard left the page, or goes round again: no trap.
      if (!now || now.key === keys[0]) break;
      if (now.key === keys.at(-1)) return { stops, trappedAt: now.stop };
      keys.push(now.key);
      stops.push(now.stop);
    }
  } finally {
    await client.detach();
  }
  return { stops };
};

/** Text of one height is in one line; a pixel or two of overlap is no overlap. */
const SLACK_PX = 4;

/** Whether `next` lies before `before` as one reads: wholly above it, or in its line and wholly to its left. */
const liesBefore = (next: FocusStop, before: FocusStop): boolean => {
  const isAbove = next.box.bottom <= before.box.top + SLACK_PX;
  // A column to the right begins again at the top.
  const isNextColumn = next.box.left >= before.box.right - SLACK_PX;
  if (isAbove) return !isNextColumn;
  const isInLine = next.box.top < before.box.bottom - SLACK_PX && before.box.top < next.box.bottom - SLACK_PX;
  return isInLine && next.box.right <= before.box.left + SLACK_PX;
};

const told = ({ name, role, tag }: FocusStop): string => `${role} "${name}" (${tag.toLowerCase()})`;

/** What is wrong with getting about by Tab, a line each: stops without a name, out of reading order, without size, and traps. */
export const focusFindings = async (page: Page, most?: number): Promise<string[]> => {
  const { stops, trappedAt } = await focusStops(page, most);
  const findings: string[] = [];
  if (stops.length === 0) findings.push('nothing can be reached by Tab');
  if (trappedAt) findings.push(`trap: ${told(trappedAt)} does not let go`);
  for (const [place, stop] of stops.entries()) {
    if (stop.name.trim() === '') findings.push(`no name: ${told(stop)} after ${place} stops`);
    const { top, bottom, left, right } = stop.box;
    if (bottom - top < 1 || right - left < 1) findings.push(`no size: ${told(stop)}`);
    const before = stops[place - 1];
    if (before?.region === stop.region && liesBefore(stop, before)) {
      findings.push(`order: ${told(stop)} comes after ${told(before)}, and lies before it`);
    }
  }
  return findings;
};
