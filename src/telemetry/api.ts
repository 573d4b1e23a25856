/** OpenTelemetry's API, which whoever wants spans has installed: the package itself does without. */
export const { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api').catch((error: unknown) => {
  throw new Error("deciduous/otel needs the package '@opentelemetry/api', and it is not installed: npm install @opentelemetry/api", { cause: error });
});
