import { noChange } from 'lit';
import { Directive, directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';

/** Where an element stands within its positioned parent, px. */
export interface Box {
  x: number;
  y: number;
  width?: number;
  height?: number;
}

const px = (value: number | undefined): string => (value === undefined ? '' : `${value}px`);

// Through the object model, as the content security policy takes no style attributes (Lit's styleMap begins with one).
class Place extends Directive {
  private shown: Box = { x: NaN, y: NaN };

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error('place belongs on an element');
  }

  render(_box: Box): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [box]: [Box]): typeof noChange {
    const { style } = part.element as HTMLElement;
    const { x, y, width, height } = this.shown;
    if (box.x !== x || box.y !== y) style.transform = `translate(${box.x}px, ${box.y}px)`;
    if (box.width !== width) style.width = px(box.width);
    if (box.height !== height) style.height = px(box.height);
    this.shown = box;
    return noChange;
  }
}

/** Puts an absolutely positioned element at its place. */
export const place = directive(Place);
