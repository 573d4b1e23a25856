/** A file that cannot be read or written: nothing that a program can prevent, so it is told and the run goes on where it can. */
export class FileFailure extends Error {
  /** `what` says what was attempted ("cannot be read"); the reason is taken from `error`, without the path that whoever tells it names anyway. */
  constructor(what: string, error: unknown) {
    super(`${what}: ${reasonOf(error)}`);
  }
}

/** What the operating system says: `ENOENT: no such file or directory`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+(?: '.*)?$/s, '');
}
