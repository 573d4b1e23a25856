/** Shows on a terminal that something is going on, once it has gone on for a second. Answers and errors are none of its business. */
const PATIENCE_MS = 1000;
const FRAME_MS = 100;
const WIDTH = 24;
const BLOCK = 6;

export async function withProgress<T>(title: string, work: Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work;
  const began = performance.now();
  let isDrawn = false;
  // What is left to do is not known beforehand, so the block wanders, and the seconds are told.
  const timer = setInterval(() => {
    const gone = performance.now() - began;
    if (gone < PATIENCE_MS) return;
    isDrawn = true;
    const at = Math.floor(gone / FRAME_MS) % (WIDTH - BLOCK);
    const bar = ' '.repeat(at) + '='.repeat(BLOCK) + ' '.repeat(WIDTH - BLOCK - at);
    stderr.write(`\r[${bar}] ${title} ${(gone / 1000).toFixed(0)} s`);
  }, FRAME_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (isDrawn) stderr.write(`\r${' '.repeat(WIDTH + title.length + 12)}\r`);
  }
}
