import { noChange } from 'lit';
import { Directive, directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';

/** CSS properties with their values, e.g. `{ left: '20%' }`. */
export type Place = Readonly<Record<string, string>>;

class Placed extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('placed() belongs into a tag');
  }
  override render(_place: Place): unknown {
    return noChange;
  }
  override update({ element }: ElementPart, [place]: [Place]): unknown {
    const { style } = element as HTMLElement;
    for (const [name, value] of Object.entries(place)) style.setProperty(name, value);
    return noChange;
  }
}

/** Sets styles through the object model: the content security policy forbids style attributes. */
export const placed = directive(Placed);
