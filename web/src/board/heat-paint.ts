import { HEALTHS, type Health } from '@siaga/shared';

/** What a cell looks like: its health, and whether its incident is acknowledged. */
export type CellLook = number;

export const lookOf = (health: Health, acknowledged: boolean): CellLook =>
  HEALTHS.indexOf(health) * 2 + (acknowledged ? 1 : 0);

/** Of a cell that has not been painted yet. */
export const UNPAINTED: CellLook = 255;

/** The colours that a painter needs, as the browser resolved them from the tokens. */
export interface HeatColours {
  text: string;
  downFill: string;
  downText: string;
  onDown: string;
  degradedFill: string;
  degradedText: string;
  onDegraded: string;
  unknownFill: string;
  upFill: string;
}

/** Below this size in px a sign inside a cell is a smudge: then the cell's outline alone tells the healths apart. */
const SIGN_PX = 7;

type Pen = OffscreenCanvasRenderingContext2D;

const cross = (pen: Pen, size: number, colour: string, line: number): void => {
  const inset = size * 0.26;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1, line);
  pen.lineCap = 'round';
  pen.beginPath();
  pen.moveTo(inset, inset);
  pen.lineTo(size - inset, size - inset);
  pen.moveTo(size - inset, inset);
  pen.lineTo(inset, size - inset);
  pen.stroke();
};

const triangle = (pen: Pen, size: number, colour: string, inset: number): void => {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(size / 2, inset);
  pen.lineTo(size - inset, size - inset);
  pen.lineTo(inset, size - inset);
  pen.closePath();
  pen.fill();
};

const outline = (pen: Pen, size: number, colour: string, width: number): void => {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.strokeRect(width / 2, width / 2, size - width, size - width);
};

const hatch = (pen: Pen, size: number, colour: string, line: number): void => {
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, size, size);
  pen.clip();
  pen.globalAlpha = 0.7;
  pen.strokeStyle = colour;
  pen.lineWidth = line;
  pen.beginPath();
  for (let at = -size; at < size; at += Math.max(3, size / 3)) {
    pen.moveTo(at, size);
    pen.lineTo(at + size, 0);
  }
  pen.stroke();
  pen.restore();
};

/** `size` in device pixels; `hasSign`: large enough for a sign inside. */
const draw = (
  pen: Pen,
  size: number,
  health: Health,
  acknowledged: boolean,
  hasSign: boolean,
  c: HeatColours,
): void => {
  const line = Math.max(1, Math.round(size / 9));
  const thin = Math.max(1, Math.round(size / 16));
  const full = (colour: string): void => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, size, size);
  };
  switch (health) {
    case 'down':
      // Acknowledged it is hollow and grey: the eye passes on to what nobody looks after yet.
      if (!acknowledged) full(c.downFill);
      else outline(pen, size, hasSign ? c.unknownFill : c.downFill, thin);
      if (hasSign) cross(pen, size, acknowledged ? c.downText : c.onDown, acknowledged ? thin : size / 7);
      return;
    case 'degraded':
      if (!hasSign) {
        triangle(pen, size, c.degradedFill, 0);
        return;
      }
      if (acknowledged) outline(pen, size, c.unknownFill, thin);
      else full(c.degradedFill);
      triangle(pen, size, acknowledged ? c.degradedText : c.onDegraded, size * 0.24);
      return;
    case 'unknown':
      if (hasSign) hatch(pen, size, c.unknownFill, thin);
      outline(pen, size, c.unknownFill, line);
      return;
    case 'up': {
      // Small and dim: what is well is there, and the eye passes over it.
      const inset = Math.round(size * 0.26);
      pen.fillStyle = c.upFill;
      pen.fillRect(inset, inset, size - 2 * inset, size - 2 * inset);
    }
  }
};

export interface HeatPainter {
  /** Paints a cell over what was there; `x` and `y` in device pixels. */
  paint(pen: CanvasRenderingContext2D, look: CellLook, x: number, y: number): void;
}

/**
 * A painter of cells `pitch` px apart. Each look is drawn once and copied after that: crosses and hatchings drawn anew in
 * every cell would be lines by the ten thousand.
 */
export const createHeatPainter = (pitch: number, density: number, colours: HeatColours): HeatPainter => {
  const step = Math.max(1, Math.round(pitch * density));
  const size = Math.max(1, step - Math.max(1, Math.round(step / 8)));
  const sprites = HEALTHS.flatMap((health) =>
    [false, true].map((acknowledged) => {
      const sprite = new OffscreenCanvas(step, step);
      const pen = sprite.getContext('2d');
      if (!pen) return sprite;
      draw(pen, size, health, acknowledged, pitch >= SIGN_PX, colours);
      return sprite;
    }),
  );
  return {
    paint(pen, look, x, y) {
      const sprite = sprites[look];
      if (!sprite) return;
      pen.clearRect(x, y, step, step);
      pen.drawImage(sprite, x, y);
    },
  };
};
