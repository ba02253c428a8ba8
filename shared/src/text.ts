/** Texts that people write. */

/**
 * Characters that show nothing, for the inside of a character class (flag `u`): white space, controls, what a font may
 * leave out (zero-width and format characters, soft hyphens, fillers), and the empty Braille cell.
 */
export const UNSEEN = '\\s\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800';

const SEEN = new RegExp(`[^${UNSEEN}]`, 'u');

/** Whether nothing of the text can be seen. Such a text counts as an empty one, for the hub as for the page's forms. */
export const isBlank = (text: string): boolean => !SEEN.test(text);
