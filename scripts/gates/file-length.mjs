/** Gate: one concept per file, and so no file in src of 400 lines or more. Generated files are not read line by line and do not count. */
import { countLines, files, finish, isGenerated, read } from './gate.mjs';

const LIMIT_LINES = 400;

const sizes = files('src/')
  .filter((file) => /\.(ts|mts|js|mjs)$/.test(file) && !isGenerated(file))
  .map((file) => ({ file, lines: countLines(read(file)) }));
const longest = sizes.reduce((most, size) => (size.lines > most.lines ? size : most), { file: 'none', lines: 0 });
finish(
  sizes
    .filter(({ lines }) => lines >= LIMIT_LINES)
    .map(({ file, lines }) => ({
      where: file,
      what: `has ${lines} lines; fewer than ${LIMIT_LINES} are allowed`,
      todo: 'give its second concept a file of its own',
    })),
  `longest: ${longest.file} with ${longest.lines} lines`,
);
