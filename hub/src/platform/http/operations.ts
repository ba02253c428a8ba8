import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';
import type { App } from './types.js';

export interface OperationsDeps {
  metrics: Registry;
  /** Each part by name: null where it is ready, else why not. */
  ready: () => Promise<Record<string, string | null>>;
}

/**
 * /healthz: the process answers. /readyz: every part works, or which does not and why. /metrics: Prometheus, for
 * callers with metrics:read (never by address alone: a proxy on the same host would open it to everyone).
 */
export const registerOperations = (app: App, { metrics, ready }: OperationsDeps): void => {
  app.get('/healthz', { config: { permission: 'open', exempt: true } }, () => ({ status: 'alive' }));
  // Open and never limited: however many ask at once, the stores are asked once.
  let asking: ReturnType<typeof ready> | undefined;
  app.get('/readyz', { config: { permission: 'open', exempt: true } }, async (_request, reply) => {
    const parts = await (asking ??= ready().finally(() => (asking = undefined)));
    const isReady = Object.values(parts).every((reason) => reason === null);
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, parts });
  });
  app.get('/metrics', { config: { permission: 'metrics:read', exempt: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
};

/** Counts and times every answer by route. */
export const measureRequests = (app: App, metrics: Registry): void => {
  const seconds = new Histogram({
    name: 'siaga_http_request_seconds',
    help: 'Time from a request to its answer, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // A feed's life is no answer's time.
    if (request.routeOptions.config.exempt === true) return done();
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    };
    seconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
};
