import { Pool } from 'undici';

/** One statement's answer; rows hold their values in the order of `columns`. */
export interface ExecResult<Row extends readonly unknown[] = readonly unknown[]> {
  columns: readonly { name: string; type: string }[];
  rows: readonly Row[];
}

/** `refused`: nothing is wrong with the server; the line with this number (from 1) cannot be stored. */
export type PostResult = { ok: true } | { ok: false; line: number; message: string };

/** QuestDB over HTTP. */
export interface QuestDb {
  /** Goes before every table's name; only tests set one. */
  readonly tablePrefix: string;
  /** Throws QuestDbError with the server's words, or the socket's error while it is away. */
  exec<Row extends readonly unknown[]>(sql: string): Promise<ExecResult<Row>>;
  /**
   * Stores rows in line protocol, stamps in ms. `ok` means committed. Throws where the server is away, and where it
   * is not certain whether the rows were stored: post them again, their natural key keeps them single.
   */
  post(lines: string | Buffer): Promise<PostResult>;
  /** Ends the connections; requests under way fail. */
  stop(): Promise<void>;
}

export class QuestDbError extends Error {
  /** @param status HTTP status; @param position where in the statement, from 0 */
  constructor(
    message: string,
    readonly status: number,
    readonly position?: number,
  ) {
    super(message);
    this.name = 'QuestDbError';
  }
}

export interface QuestDbOptions {
  /** `http://host:port`; a user and a password in it are taken where none are given. */
  url: string;
  user?: string;
  password?: string;
  tablePrefix?: string;
  /** ms without an answer after which a request fails (30,000). */
  timeoutMs?: number;
}

const EXEC_CONNECTIONS = 4;
const POST_CONNECTIONS = 2;

export const createQuestDb = (options: QuestDbOptions): QuestDb => {
  const { timeoutMs = 30_000, tablePrefix = '' } = options;
  const url = new URL(options.url);
  const user = options.user ?? decodeURIComponent(url.username);
  const password = options.password ?? decodeURIComponent(url.password);
  const headers: Record<string, string> = user
    ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
    : {};
  // Two pools: a slow chart must not keep rows waiting.
  const poolOf = (connections: number) =>
    new Pool(url.origin, { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, pipelining: 1 });
  const reading = poolOf(EXEC_CONNECTIONS);
  const writing = poolOf(POST_CONNECTIONS);

  return {
    tablePrefix,
    exec: async <Row extends readonly unknown[]>(sql: string): Promise<ExecResult<Row>> => {
      const response = await reading.request({
        method: 'GET',
        path: `/exec?${new URLSearchParams({ query: sql }).toString()}`,
        headers,
      });
      const text = await response.body.text();
      const answer = parse(text);
      if (response.statusCode !== 200 || typeof answer['error'] === 'string')
        throw new QuestDbError(
          typeof answer['error'] === 'string' ? answer['error'] : text.trim() || 'no answer',
          response.statusCode,
          typeof answer['position'] === 'number' ? answer['position'] : undefined,
        );
      return {
        columns: (answer['columns'] ?? []) as ExecResult['columns'],
        rows: (answer['dataset'] ?? []) as Row[],
      };
    },
    post: async (lines) => {
      const response = await writing.request({
        method: 'POST',
        path: '/write?precision=ms',
        headers,
        body: lines,
      });
      const text = await response.body.text();
      if (response.statusCode === 204) return { ok: true };
      const answer = parse(text);
      const message = typeof answer['message'] === 'string' ? answer['message'] : text.trim();
      const line = answer['line'];
      if (response.statusCode === 400 && typeof line === 'number' && line > 0)
        return { ok: false, line, message };
      throw new QuestDbError(message || 'no answer', response.statusCode);
    },
    stop: async () => {
      await Promise.all([reading.destroy(), writing.destroy()]);
    },
  };
};

const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
