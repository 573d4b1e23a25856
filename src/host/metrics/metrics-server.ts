/** Serves a kernel's metrics to a scraper: one page, for reading, over plain HTTP. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { METRICS_TYPE } from './kernel-metrics.js';

export interface MetricsAddress {
  /** The address to listen on (`127.0.0.1`: this machine alone). What is served has no secrets but names, and asks nobody who they are. */
  readonly host?: string;
  /** The port; 0 for any that is free (0). */
  readonly port?: number;
}

export interface MetricsServer {
  /** Where the metrics are, as `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  readonly port: number;
  /** Ends it at once, connections that are open included. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const PATH = '/metrics';
/** A scraper that does not say what it wants for so long is not waited for, and one that does not take its answer for so long has none. */
const PATIENCE_MS = 10_000;
const STILL_MS = 30_000;
/** How often it is looked for such. */
const LOOK_MS = 1000;
const MOST_CONNECTIONS = 32;

/**
 * Serves `GET /metrics` until it is closed; it does not keep the process alive. Scrapes that come while one is under way get the same text, so that nobody counts the heap faster than it can be counted.
 * Rejects with an Error that says which address cannot be had, and why; throws a TypeError or RangeError for one that cannot be.
 */
export async function serveMetrics(kernel: { metrics(): Promise<string> }, { host = '127.0.0.1', port = 0 }: MetricsAddress = {}): Promise<MetricsServer> {
  if (typeof host !== 'string' || host === '') throw new TypeError(`host must be an address to listen on, not ${String(host)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`port must be a whole number from 0 to 65535, not ${String(port)}`);
  let underWay: Promise<string> | null = null;
  const text = (): Promise<string> =>
    (underWay ??= kernel.metrics().finally(() => {
      underWay = null;
    }));
  const patience = { requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS, keepAliveTimeout: PATIENCE_MS, connectionsCheckingInterval: LOOK_MS };
  const server = createServer(patience, ({ method, url = '' }, response) => {
    if (url.split('?', 1)[0] !== PATH) return refuse(response, 404, `the metrics are at ${PATH}`);
    if (method !== 'GET' && method !== 'HEAD') return refuse(response.setHeader('allow', 'GET, HEAD'), 405, `${PATH} is for reading`);
    text()
      .then((body) => {
        const page = Buffer.from(body, 'utf8');
        response
          .writeHead(200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store', 'content-length': page.length })
          .end(method === 'HEAD' ? '' : page);
      })
      .catch((error: unknown) => refuse(response, 503, error instanceof Error ? error.message : String(error)));
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = STILL_MS;
  const bound = await listen(server, host, port);
  server.unref();
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${shown}:${bound.port}${PATH}`, port: bound.port, close, [Symbol.asyncDispose]: close };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

const WHY: { readonly [code: string]: string } = {
  EADDRINUSE: 'somebody else listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'no address is known by that name',
};

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`metrics cannot be served on ${host}:${port}: ${WHY[error.code ?? ''] ?? error.message}; take another address, or port 0 for any`)),
    );
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}
