/** The cell that the pointer or the focus is on, for the card beside it; told as `siaga-cell`, null when it left. */
export interface CellHover {
  deviceId: string;
  /** Where the cell stands in the window. */
  rect: Pick<DOMRect, 'left' | 'top' | 'bottom' | 'width'>;
}

export const tellHover = (from: HTMLElement, detail: CellHover | null): void => {
  from.dispatchEvent(new CustomEvent('siaga-cell', { detail, bubbles: true, composed: true }));
};
