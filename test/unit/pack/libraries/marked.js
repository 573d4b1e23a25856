import { marked } from 'marked';
export function run() {
  return marked.parse('# Title\n\n<!-- note -->\n\n1. one\n2. **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[link](http://example.org "t")\n');
}
