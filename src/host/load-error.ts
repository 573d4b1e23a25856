/** Why the trust policy of a host refuses an extension, for programs. */
export type TrustReason =
  | 'unsigned'
  | 'unknown-key'
  | 'bad-signature'
  | 'revoked'
  | 'not-yet-valid'
  | 'expired'
  | 'too-old'
  | 'builder-too-old'
  | 'flags'
  | 'interface-changed'
  | 'malformed';

/** Why a program could not be loaded. `code` is that of the trusted build (PACK001...) or an RpcErrorCode; each has a page under docs/errors/. */
export class LoadError extends Error {
  readonly code: string;
  /** The extension's file or name. */
  readonly extension: string;
  /** Where a leaf file was refused for what it is and not for what it does. */
  readonly reason?: TrustReason;

  constructor(code: string, extension: string, message: string, stack?: string, reason?: TrustReason) {
    super(`${extension}: ${message}`);
    this.name = 'LoadError';
    this.code = code;
    this.extension = extension;
    if (reason !== undefined) this.reason = reason;
    if (stack !== undefined && stack !== '') this.stack = `LoadError: ${this.message}\n${stack}`;
  }
}
