// Brings new messages into xliff/ (to be translated there by hand) and makes the modules that the app loads.
import { localizer } from './localizer.mjs';

const { messages, errors } = localizer.extractSourceMessages();
if (errors.length > 0) {
  for (const { messageText } of errors) console.error(String(messageText));
  process.exit(1);
}
await localizer.writeInterchangeFiles();
await localizer.build();
console.log(`${messages.length} messages`);
