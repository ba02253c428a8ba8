/** How much larger than 16 px the reader's type is: for what is laid out by arithmetic. It reads styles: not for every frame. */
export const typeScale = (): number =>
  parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
