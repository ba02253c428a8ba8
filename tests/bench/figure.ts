/** Prints one figure as one JSON line on standard output, the form that `npm run bench` reads. */
export const printFigure = (figure: {
  name: string;
  value: number;
  unit: string;
  /** The bar of quality.md, where there is one. */
  bar?: string;
  [detail: string]: string | number | undefined;
}): void => {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
};

/** The middle of an odd number of values. */
export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The value that this share (0–1) of them does not exceed; NaN of none. */
export const percentileOf = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

/** p50 and p95 of times in ms, as two figures; the bar is the p95's. */
export const printPercentiles = (
  name: string,
  timesMs: readonly number[],
  {
    digits = 0,
    bar,
    ...about
  }: { digits?: number; bar?: string; [detail: string]: string | number | undefined },
): void => {
  for (const [what, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const)
    printFigure({
      name: `${name}.${what}`,
      value: Number(percentileOf(timesMs, share).toFixed(digits)),
      unit: 'ms',
      ...(what === 'p95' && bar !== undefined && { bar }),
      ...about,
      runs: timesMs.length,
    });
};
