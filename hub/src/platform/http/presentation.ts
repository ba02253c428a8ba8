import type { App } from './types.js';
import { bodyOf, ifMatchOf, revisionOf, sendEntityTag } from './etag.js';
import { checkFields, selectFields } from './fields.js';

interface Answer {
  data: unknown;
  pagination?: unknown;
}

const isAnswer = (payload: unknown): payload is Answer =>
  typeof payload === 'object' && payload !== null && 'data' in payload;

/** What routes ask for in their config and query instead of doing it themselves: `etag`, `ifMatch`, `fields`. */
export const registerPresentation = (app: App): void => {
  app.decorateRequest('revision', null);
  app.decorateRequest('ifMatch', undefined);
  app.decorateRequest('isNotModified', false);
  app.addHook('preHandler', (request, _reply, done) => {
    const { 'if-match': ifMatch } = request.headers;
    if (request.routeOptions.config.ifMatch && ifMatch !== undefined) request.ifMatch = ifMatchOf(ifMatch);
    checkFields(request);
    done();
  });
  app.addHook<unknown>('preSerialization', (request, reply, payload, done) => {
    if (reply.statusCode !== 200 || !isAnswer(payload)) return done(null, payload);
    // Of the whole: the field that tells it may not be asked for.
    const revision = revisionOf(request, payload.data);
    const shown = selectFields(request, reply, payload);
    // Not of the envelope's `meta`, which is another each time.
    if (request.routeOptions.config.etag)
      sendEntityTag(request, reply, [shown.data, shown.pagination], revision);
    done(null, shown);
  });
  app.addHook<unknown>('onSend', (request, reply, payload, done) =>
    done(null, bodyOf(request, reply, payload)),
  );
};
