const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/;

/** Date.parse takes 31 February for 3 March: a day that does not exist is a mistake to be told. */
const isRealDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;

/** Epoch ms of an ISO 8601 date (midnight UTC) or of a date-time with a zone; NaN where it is neither. */
export const isoTimeMs = (text: string): number =>
  ISO_TIME.test(text) && isRealDay(text.slice(0, 10)) ? Date.parse(text) : NaN;
