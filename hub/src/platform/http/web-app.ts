import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../errors.js';
import type { App } from './types.js';

const INDEX = 'index.html';
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Siaga</title>
<h1>The web app is not built</h1>
<p>The hub runs and its API answers. Build the web app with <code>npm run build</code> and reload this page.</p></html>`;

/**
 * Serves the built web app from `webDir`: hashed assets for ever, the page itself asked anew each time, and the page
 * for every address of the app's own (a navigation to a path that is no file).
 */
export const registerWebApp = (app: App, webDir: string): void => {
  const assets = join(webDir, 'assets', sep);
  void app.register(fastifyStatic, {
    root: webDir,
    serve: false,
    cacheControl: false,
    // Set with the file and not before: an answer that there is none must not be kept.
    setHeaders: (response, path) => {
      // Vite names what lies under assets/ by its content.
      void response.setHeader('cache-control', path.startsWith(assets) ? FOR_EVER : 'no-cache');
    },
  });
  const sendIndex = (reply: FastifyReply): FastifyReply =>
    existsSync(join(webDir, INDEX))
      ? reply.sendFile(INDEX)
      : reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
  app.get('/*', { config: { permission: 'open' } }, (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const file = path.slice(1);
    if (path === '/' || file === INDEX) return sendIndex(reply);
    // Told as for any other method: the path may well take one.
    if (isReserved(path)) return reply.callNotFound();
    // No browser sends it; the files' sender would call it forbidden.
    if (file.split('/').includes('..')) throw new DomainError('RESOURCE_NOT_FOUND');
    if (!file.includes('.')) {
      if (request.headers.accept?.includes('text/html') !== true) throw new DomainError('RESOURCE_NOT_FOUND');
      return sendIndex(reply);
    }
    return reply.sendFile(file);
  });
};

/** Paths that are never a page of the app. */
const isReserved = (path: string): boolean => /^\/(api|v1|trouble-ticket)(\/|$)/.test(path);
