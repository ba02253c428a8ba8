import type { Page } from 'playwright-core';

/*
 * Runs in the page. Words that stand (partly) outside of the button, link, label, row or list item they belong to, or
 * that something between them and it cuts off. Not those that an ellipsis shortens, at a line's end or after some lines.
 */
const FIND = `(() => {
  const TOLERATED_PX = 2;
  const BOXES = 'a, button, label, li, header, select, .node, .row, .state';
  // Of a card's detail and a tile's state what has no room goes to a second line, which is meant to be out of sight.
  const HIDES = '.detail, .state:not(.bar)';
  const up = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const found = [];

  /** From the words' element to their box, both included; undefined where there is no box, or nothing to find. */
  const wayToBox = (element) => {
    const way = [];
    for (let at = element; at; at = up(at)) {
      if (at.matches(HIDES)) return undefined;
      way.push(at);
      if (at.matches(BOXES)) return way;
    }
    return undefined;
  };
  const isSpilled = (words, way) =>
    way.some((element, place) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const isBox = place === way.length - 1;
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const isWide = words.left < left - TOLERATED_PX || words.right > right + TOLERATED_PX;
      const isHigh = words.top < top - TOLERATED_PX || words.bottom > bottom + TOLERATED_PX;
      const isShortened = way.slice(0, place + 1).some((one) => {
        const style = getComputedStyle(one);
        return style.textOverflow === 'ellipsis' && style.overflowX !== 'visible';
      });
      const isClamped = way.slice(0, place + 1).some((one) => getComputedStyle(one).webkitLineClamp !== 'none');
      if (isWide && !isShortened && !isClamped && (isBox || overflowX !== 'visible')) return true;
      return isHigh && !isClamped && (isBox || overflowY !== 'visible');
    });

  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const texts = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (texts.length === 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      // For screen readers only.
      if (element.closest('svg, style, option') || getComputedStyle(element).clipPath !== 'none') continue;
      const way = wayToBox(element);
      if (!way) continue;
      const range = document.createRange();
      for (const text of texts) {
        range.selectNodeContents(text);
        if (isSpilled(range.getBoundingClientRect(), way))
          found.push(text.data.trim() + ' in ' + way.at(-1).localName + ' of ' + (root.host?.localName ?? 'the page'));
      }
    }
  };
  visit(document);
  return [...new Set(found)];
})()`;

/** What spills out of the box it belongs to, a line each: `Perangkat in a of siaga-rail`. */
export const spilledWords = (page: Page): Promise<string[]> => page.evaluate<string[]>(FIND);
