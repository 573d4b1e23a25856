/** Why a program could not be loaded. `code` is that of the trusted build (PACK001...) or an RpcErrorCode; each has a page under docs/errors/. */
export class LoadError extends Error {
  readonly code: string;
  /** The extension's file or name. */
  readonly extension: string;

  constructor(code: string, extension: string, message: string, stack?: string) {
    super(`${extension}: ${message}`);
    this.name = 'LoadError';
    this.code = code;
    this.extension = extension;
    if (stack !== undefined && stack !== '') this.stack = `LoadError: ${this.message}\n${stack}`;
  }
}
