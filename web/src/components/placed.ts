import { noChange } from 'lit';
import { Directive, directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';
import type { DirectiveResult } from 'lit/directive.js';

/** CSS properties with their values, e.g. `{ left: '20%' }`; undefined: as the style sheet says. */
export type Place = Readonly<Record<string, string | undefined>>;

/** Where an element stands within its positioned parent, px. */
export interface Box {
  x: number;
  y: number;
  width?: number;
  height?: number;
}

class Placed extends Directive {
  private shown: Place = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('placed() belongs into a tag');
  }

  override render(_place: Place): unknown {
    return noChange;
  }

  override update({ element }: ElementPart, [place]: [Place]): unknown {
    const { style } = element as HTMLElement;
    for (const name of Object.keys(this.shown)) if (!(name in place)) style.removeProperty(name);
    for (const [name, value] of Object.entries(place)) {
      if (value !== this.shown[name]) style.setProperty(name, value ?? '');
    }
    this.shown = place;
    return noChange;
  }
}

/**
 * Sets styles through the object model: the content security policy takes no style attributes (with one of which Lit's
 * styleMap begins).
 */
export const placed = directive(Placed);

const px = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${value}px`;

/**
 * Puts an absolutely positioned element at its place. Not by `transform`: each element that has one is a layer to the
 * browser, and a board of a thousand cells took 12 ms a frame to put those together.
 */
export const boxed = ({ x, y, width, height }: Box): DirectiveResult<typeof Placed> =>
  placed({ left: px(x), top: px(y), width: px(width), height: px(height) });
