import { fileURLToPath } from 'node:url';
import { readConfigFileAndWriteSchema } from '@lit/localize-tools/lib/config.js';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';

const webDir = fileURLToPath(new URL('..', import.meta.url));
// lit-localize takes the path of the module of locale codes from where it stands.
process.chdir(webDir);

export const config = readConfigFileAndWriteSchema(`${webDir}lit-localize.json`);
export const localizer = new RuntimeLitLocalizer(config);

export const textOf = (contents) =>
  contents.map((part) => (typeof part === 'string' ? part : part.untranslatable)).join('');
