import MarkdownIt from 'markdown-it';
export function run() {
  const md = new MarkdownIt({ html: true, linkify: true, typographer: true });
  return md.render('# Title\n\n<!-- note -->\n\n* one\n* two `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> "quote" -- www.example.org\n\n```js\nimport("x")\n```\n');
}
