import { readdir, readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorBody, LiveEvent } from '@siaga/shared';

/** The built app. */
export const APP_DIR = fileURLToPath(new URL('../../web/dist/app/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The hub's own policy (facts.md): nothing from elsewhere, nothing inline. */
const CSP = "default-src 'self'; connect-src 'self' data:; img-src 'self' data:";
const HEARTBEAT_MS = 1000;

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface ScriptRequest {
  method: string;
  /** Without the mount. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: IncomingHttpHeaders;
  /** Sends an event to every open feed, as the hub does after a write. */
  push(event: LiveEvent): void;
}

/** Answers one request to /api/v1; undefined: 404. */
export type Script = (request: ScriptRequest) => Answer | undefined | Promise<Answer | undefined>;

export interface WebFixture {
  url: string;
  /** Sends an event to every open feed. */
  push(event: LiveEvent): void;
  /** Ends every open feed and refuses new ones until `mendFeed`. */
  cutFeed(): void;
  mendFeed(): void;
  /** Paths below /api/v1 in the order in which they were asked for. */
  asked: string[];
  stop(): Promise<void>;
}

export const ok = (data: unknown): Answer => ({
  status: 200,
  body: { success: true, data, meta: { timestamp: new Date().toISOString(), request_id: 'fixture' } },
});

export const page = (items: readonly unknown[], total = items.length, at = 1, perPage = 25): Answer => ({
  status: 200,
  body: {
    success: true,
    data: items,
    pagination: {
      page: at,
      per_page: perPage,
      total,
      total_pages: Math.ceil(total / perPage),
      has_next: at * perPage < total,
      has_prev: at > 1,
    },
    meta: { timestamp: new Date().toISOString(), request_id: 'fixture' },
  },
});

export const failure = (
  status: number,
  code: string,
  message: string,
  more: Partial<ErrorBody['error']> = {},
): Answer => ({
  status,
  body: {
    success: false,
    error: { code, message, ...more },
    meta: { timestamp: new Date().toISOString(), request_id: 'fixture' },
  },
});

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
};

/** The built app in memory: a build that runs meanwhile takes nothing away from under a test. */
const loadApp = async (): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  const names = await readdir(APP_DIR, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(APP_DIR, file)}`, await readFile(file));
  }
  if (!files.has('/index.html')) throw new Error('the web app is not built: npm run build -w web');
  return files;
};

const serveFile = (app: ReadonlyMap<string, Buffer>, path: string, response: ServerResponse): void => {
  const name = app.has(path) ? path : '/index.html';
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  response.end(app.get(name));
};

/**
 * The built app in front of a scripted API. It stands in for the hub only where a state must be had on command (a cut
 * feed, a storm, an error); the true way is tested against the true hub.
 */
export const startWebFixture = async (script: Script, snapshot: () => LiveEvent): Promise<WebFixture> => {
  const app = await loadApp();
  const feeds = new Set<ServerResponse>();
  const asked: string[] = [];
  let refuseFeeds = false;
  let eventNumber = 0;

  const write = (feed: ServerResponse, event: LiveEvent): void => {
    eventNumber += 1;
    feed.write(`id: fixture.${eventNumber}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
  };
  const push = (event: LiveEvent): void => {
    for (const feed of feeds) write(feed, event);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const path = url.pathname.slice('/api/v1'.length);
    asked.push(`${request.method ?? ''} ${path}${url.search}`);
    if (path === '/live') {
      const told = await script({
        method: 'GET',
        path,
        query: url.searchParams,
        body: undefined,
        headers: request.headers,
        push,
      });
      if (refuseFeeds || told) {
        response.writeHead(told?.status ?? 503, { 'content-type': 'application/json' });
        response.end(JSON.stringify(told?.body ?? {}));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      feeds.add(response);
      response.on('close', () => feeds.delete(response));
      write(response, snapshot());
      return;
    }
    const body = await readBody(request);
    const told =
      (await script({
        method: request.method ?? 'GET',
        path,
        query: url.searchParams,
        body,
        headers: request.headers,
        push,
      })) ?? failure(404, 'RESOURCE_NOT_FOUND', 'Requested resource does not exist');
    response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
    response.end(told.body === undefined ? undefined : JSON.stringify(told.body));
  };

  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (!url.pathname.startsWith('/api/')) {
      serveFile(app, url.pathname, response);
      return;
    }
    answer(request, response, url).catch((thrown: unknown) => {
      response.writeHead(500);
      response.end(String(thrown));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const heartbeat = setInterval(() => {
    for (const feed of feeds) feed.write(': still here\n\n');
  }, HEARTBEAT_MS);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    push,
    cutFeed() {
      refuseFeeds = true;
      for (const feed of feeds) feed.destroy();
    },
    mendFeed() {
      refuseFeeds = false;
    },
    asked,
    async stop() {
      clearInterval(heartbeat);
      for (const feed of feeds) feed.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
