import type { Page } from 'playwright-core';

/*
 * Runs in the page. Words that stand (partly) outside of the button, link, label or list item they belong to, or that a
 * box with a height of its own cuts off. Sideways only where nothing scrolls or shortens them with an ellipsis.
 */
const FIND = `(() => {
  const TOLERATED_PX = 2;
  const found = [];
  const boxOf = (element) => element.closest('a, button, label, li, header, select, .node');
  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const texts = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (texts.length === 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (element.closest('svg, style, option')) continue;
      const box = boxOf(element);
      if (!box) continue;
      const style = getComputedStyle(element);
      // For screen readers only.
      if (style.clipPath !== 'none') continue;
      const range = document.createRange();
      for (const text of texts) {
        range.selectNodeContents(text);
        const words = range.getBoundingClientRect();
        const outer = box.getBoundingClientRect();
        const isHigh = words.top < outer.top - TOLERATED_PX || words.bottom > outer.bottom + TOLERATED_PX;
        const isWide = words.left < outer.left - TOLERATED_PX || words.right > outer.right + TOLERATED_PX;
        const isShortened = style.textOverflow === 'ellipsis' && style.overflowX !== 'visible';
        if (isHigh || (isWide && !isShortened))
          found.push(text.data.trim() + ' in ' + box.localName + ' of ' + (root.host?.localName ?? 'the page'));
      }
    }
  };
  visit(document);
  return [...new Set(found)];
})()`;

/** What spills out of the box it belongs to, a line each: `Perangkat in a of siaga-rail`. */
export const spilledWords = (page: Page): Promise<string[]> => page.evaluate<string[]>(FIND);
