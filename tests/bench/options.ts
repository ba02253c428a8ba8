import { parseArgs } from 'node:util';

/**
 * `--name value` (or `--name=value`) of the command line, with their defaults; a default's type is the option's. Throws on
 * an unknown option and on a number that is none or below 0.
 */
export const optionsOf = <Options extends Record<string, string | number>>(defaults: Options): Options => {
  const names = Object.keys(defaults);
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const given = names.map((name) => {
    const value = values[name];
    if (value === undefined) return [name, defaults[name]];
    if (typeof defaults[name] === 'string') return [name, value];
    if (!(Number(value) >= 0 && Number(value) < Infinity))
      throw new Error(`--${name} takes a number from 0, not ${String(value)}`);
    return [name, Number(value)];
  });
  return Object.fromEntries(given) as Options;
};
