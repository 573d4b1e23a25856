/** Colours for code: comments, strings and keywords, by a small table of languages. */

const C_LIKE =
  'async await break case catch class const continue default do else enum export extends false finally for from function if implements import in ' +
  'instanceof interface let new null of private public readonly return static super switch this throw true try type typeof undefined var void while with yield';
const SHELL = 'case cd do done echo elif else esac exit export fi for function if in local return set then while';

interface Language {
  readonly keywords: ReadonlySet<string>;
  /** What begins a comment that ends with its line. */
  readonly comment: string;
}

function language(keywords: string, comment: string): Language {
  return { keywords: new Set(keywords.split(' ')), comment };
}

const script = language(C_LIKE, '//');
const shell = language(SHELL, '#');
const plain = language('', '');

const LANGUAGES: { readonly [name: string]: Language } = {
  js: script,
  javascript: script,
  jsx: script,
  mjs: script,
  cjs: script,
  ts: script,
  typescript: script,
  tsx: script,
  json: script,
  json5: script,
  jsonc: script,
  sh: shell,
  bash: shell,
  shell,
  zsh: shell,
  console: shell,
  yaml: shell,
  yml: shell,
  toml: shell,
  text: plain,
  txt: plain,
  plaintext: plain,
  html: plain,
  xml: plain,
  css: plain,
  vue: plain,
  diff: plain,
  md: plain,
  markdown: plain,
};

const PIECES = /(\/\/[^\n]*|#[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([A-Za-z_$][\w$]*)/g;

/** Code as HTML; `escape` makes text safe for HTML. */
export function highlight(code: string, info: string, escape: (text: string) => string): string {
  if (info === '') return escape(code);
  // The bug: nobody promised that authors use the languages of the table.
  const known = LANGUAGES[info.toLowerCase()];
  const keywords = known.keywords;
  const comment = known.comment;
  let html = '';
  let at = 0;
  for (const match of code.matchAll(PIECES)) {
    const [text, remark, quoted, word] = match;
    const kind = remark !== undefined ? (comment !== '' && remark.startsWith(comment) ? 'c' : '') : quoted !== undefined ? 's' : keywords.has(word) ? 'k' : '';
    if (kind === '') continue;
    html += `${escape(code.slice(at, match.index))}<span class="${kind}">${escape(text)}</span>`;
    at = match.index + text.length;
  }
  return html + escape(code.slice(at));
}
