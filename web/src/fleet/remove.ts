import { msg, str } from '@lit/localize';
import type { Services } from '../app/services.js';
import { toApiError } from '../http/api-error.js';
import { errorWords } from '../i18n/error-words.js';
import { isolated } from '../i18n/isolated.js';
import { getLocale } from '../locales/localization.js';

type Doing = Pick<Services, 'api' | 'notices'>;

/** As the API names its collections. */
export type RemovableKind = 'sites' | 'agents' | 'devices';

export interface Removable {
  kind: RemovableKind;
  id: string;
  name: string;
  /** Done once it is back, e.g. to show it again; whoever deleted it may be gone from the page by then. */
  onRestored?: () => void;
}

const restore = async ({ api, notices }: Doing, { kind, id, name, onRestored }: Removable): Promise<void> => {
  try {
    await api.send('POST', `/monitoring/${kind}/${encodeURIComponent(id)}/restore`);
    onRestored?.();
    notices.show(msg(str`${isolated(name)} is back.`));
  } catch (thrown) {
    const error = toApiError(thrown);
    const words = errorWords(error, getLocale());
    notices.show(
      error.mayBeDone
        ? msg(
            str`It is not known whether ${isolated(name)} was brought back: no answer came. Look whether it is there.`,
          )
        : msg(str`${isolated(name)} could not be brought back. ${words}`),
    );
  }
};

/** Deletes a thing and offers to take that back for a few seconds. Throws ApiError where it could not be deleted. */
export const removeWithUndo = async (doing: Doing, thing: Removable): Promise<void> => {
  await doing.api.send('DELETE', `/monitoring/${thing.kind}/${encodeURIComponent(thing.id)}`);
  doing.notices.show(msg(str`Deleted ${isolated(thing.name)}.`), {
    label: msg('Undo'),
    run: () => void restore(doing, thing),
  });
};

/** As removeWithUndo; what went wrong is shown as a notice. Answers whether it is gone. */
export const removeOrTell = async (doing: Doing, thing: Removable): Promise<boolean> => {
  try {
    await removeWithUndo(doing, thing);
    return true;
  } catch (thrown) {
    const error = toApiError(thrown);
    const words = errorWords(error, getLocale());
    doing.notices.show(
      error.mayBeDone
        ? msg(
            str`It is not known whether ${isolated(thing.name)} was deleted: no answer came. Look whether it is still there.`,
          )
        : msg(str`${isolated(thing.name)} was not deleted. ${words}`),
    );
    return false;
  }
};
