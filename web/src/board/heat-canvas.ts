import type { SiteGroup } from '../live/state.js';
import type { HeatLayout } from './heat-layout.js';
import { createHeatPainter, lookOf, UNPAINTED, type HeatColours, type HeatPainter } from './heat-paint.js';

/** A frame's share for painting, ms: 100,000 cells come over a dozen frames, and none of them is late. */
const SLICE_MS = 6;

/** The tokens behind the colours. */
const TOKENS: Readonly<Record<keyof HeatColours, string>> = {
  text: '--text',
  downFill: '--down-fill',
  downText: '--down-text',
  onDown: '--on-down',
  degradedFill: '--degraded-fill',
  degradedText: '--degraded-text',
  onDegraded: '--on-degraded',
  unknownFill: '--unknown-fill',
  upFill: '--up-calm',
};

/** A token is a pair of colours; only a style that uses it says which of the two is in force. */
const readColours = (probe: HTMLElement): HeatColours => {
  const colours: Partial<HeatColours> = {};
  for (const [name, token] of Object.entries(TOKENS)) {
    probe.style.color = `var(${token})`;
    colours[name as keyof HeatColours] = getComputedStyle(probe).color;
  }
  return colours as HeatColours;
};

/** Keeps a canvas as the groups say, and paints no cell that looks the same as before. */
export class HeatCanvas {
  /** Device pixels to a px. */
  density = 1;

  private painter: HeatPainter | undefined;
  private painted = new Uint8Array(0);
  /** The groups as they were painted, by the layout's sites. */
  private shown: (SiteGroup | undefined)[] = [];
  private frame: number | undefined;

  /** The next `show` paints everything: another layout, or other colours. */
  forget(): void {
    this.painter = undefined;
  }

  stop(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
  }

  show(
    canvas: HTMLCanvasElement,
    layout: HeatLayout,
    width: number,
    groups: ReadonlyMap<string, SiteGroup>,
    probe: HTMLElement,
  ): void {
    const pen = canvas.getContext('2d');
    if (!pen) return;
    this.stop();
    if (!this.painter) this.begin(canvas, pen, layout, width, probe);
    this.paint(pen, layout, groups, 0);
  }

  private begin(
    canvas: HTMLCanvasElement,
    pen: CanvasRenderingContext2D,
    layout: HeatLayout,
    width: number,
    probe: HTMLElement,
  ): void {
    const colours = readColours(probe);
    this.painter = createHeatPainter(layout.pitch, this.density, colours);
    this.painted = new Uint8Array(layout.cellCount).fill(UNPAINTED);
    this.shown = new Array<SiteGroup | undefined>(layout.sites.length).fill(undefined);
    canvas.width = Math.round(width * this.density);
    canvas.height = Math.max(1, Math.round(layout.height * this.density));
    canvas.style.width = `${width}px`;
    canvas.style.height = `${layout.height}px`;
  }

  /** Paints what differs from this site on, as far as the frame's share goes; the rest in the frames after it. */
  private paint(
    pen: CanvasRenderingContext2D,
    layout: HeatLayout,
    groups: ReadonlyMap<string, SiteGroup>,
    from: number,
  ): void {
    const until = performance.now() + SLICE_MS;
    for (let at = from; at < layout.sites.length; at += 1) {
      const group = groups.get(layout.sites[at]?.siteId ?? '');
      if (!group || group === this.shown[at]) continue;
      this.paintSite(pen, layout, at, group);
      this.shown[at] = group;
      if (performance.now() < until) continue;
      this.frame = requestAnimationFrame(() => this.paint(pen, layout, groups, at + 1));
      return;
    }
    this.frame = undefined;
  }

  private paintSite(pen: CanvasRenderingContext2D, layout: HeatLayout, at: number, group: SiteGroup): void {
    const site = layout.sites[at];
    const region = site && layout.regions[site.region];
    if (!site || !region || !this.painter) return;
    const step = Math.round(layout.pitch * this.density);
    const left = Math.round(region.left * this.density);
    const top = Math.round(region.cellsTop * this.density);
    for (const [place, device] of group.devices.entries()) {
      const look = lookOf(device.health, group.acknowledged.has(device.id));
      const number = site.firstCell + place;
      if (this.painted[number] === look) continue;
      this.painted[number] = look;
      const slot = site.firstSlot + place;
      const y = top + Math.floor(slot / layout.columns) * step;
      this.painter.paint(pen, look, left + (slot % layout.columns) * step, y);
    }
  }
}
