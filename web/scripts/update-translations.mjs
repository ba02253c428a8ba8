// Brings new messages into xliff/ (to be translated there by hand) and makes the modules that the app loads.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { config, localizer } from './localizer.mjs';

const { messages, errors } = localizer.extractSourceMessages();
if (errors.length > 0) {
  for (const { messageText } of errors) console.error(String(messageText));
  process.exit(1);
}
await localizer.writeInterchangeFiles();
await localizer.build();

const generated = config.resolve(config.output.outputDir);
for (const name of await readdir(generated)) {
  const path = `${generated}/${name}`;
  const options = { ...(await resolveConfig(path)), filepath: path };
  await writeFile(path, await format(await readFile(path, 'utf8'), options));
}
console.log(`${messages.length} messages`);
