// A missing, empty or left-over translation fails the build; lit-localize itself lets them pass.
import { readFileSync } from 'node:fs';
import { config, localizer, textOf } from './localizer.mjs';

const { messages, errors } = localizer.extractSourceMessages();
const faults = errors.map(({ messageText }) => String(messageText));
faults.push(...localizer.validateTranslations().errors);

const { translations } = localizer.readTranslationsSync();
for (const locale of config.targetLocales) {
  const generated = readFileSync(config.resolve(`${config.output.outputDir}/${locale}.ts`), 'utf8');
  const translated = new Map(
    (translations.get(locale) ?? []).map((message) => [message.name, message.contents]),
  );
  const inSource = new Map(messages.map((message) => [message.name, message.contents]));
  for (const [name, contents] of inSource) {
    const target = translated.get(name);
    const words = `"${textOf(contents)}"`;
    if (!target || textOf(target).trim() === '') faults.push(`${locale}: not translated: ${words}`);
    else if (!generated.includes(name)) faults.push(`${locale}: translated, not generated: ${words}`);
  }
  for (const [name, contents] of translated) {
    if (!inSource.has(name)) faults.push(`${locale}: no longer used: "${textOf(contents)}"`);
  }
}

if (faults.length > 0) {
  console.error(
    `${faults.length} translations need a hand (run npm run translations -w web, then see xliff/):`,
  );
  for (const fault of faults) console.error(`  ${fault}`);
  process.exit(1);
}
console.log(`${messages.length} messages, all of them translated`);
