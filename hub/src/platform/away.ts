import { StartError } from '../errors.js';

/** Node's codes of a server that cannot be reached, or whose connection broke. */
const SOCKET_FAULT =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$|^UND_ERR_(CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|SOCKET)$/;
/** SQLSTATE: connection faults, too many connections, shutting down or starting up. */
const SERVER_FAULT = /^(08[0-9A-Z]{3}|53300|57P0[123])$/;
/** What pg says without a code. */
const PG_WORDS =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error)/;

/** Whether the error tells of a store that is away, and not of a fault in what was asked of it. */
export const isAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return SOCKET_FAULT.test(code) || SERVER_FAULT.test(code);
  return PG_WORDS.test(error.message);
};

/** A store that is away at the start as a StartError that names the setting to change; any other error as it is. */
export const awayAtStart = (error: unknown, setting: 'SIAGA_POSTGRES_URL' | 'SIAGA_QUESTDB_URL'): unknown =>
  isAway(error)
    ? new StartError(`${setting}: the server cannot be reached (${(error as Error).message})`, {
        cause: error,
      })
    : error;
