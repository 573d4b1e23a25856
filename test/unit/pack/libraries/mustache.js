import Mustache from 'mustache';
export function run() {
  const view = { title: '<b>', items: [{ n: 1 }, { n: 2 }], none: [], bold: () => (text, render) => `*${render(text)}*` };
  return Mustache.render('{{title}} {{{title}}}{{#items}} {{n}},{{/items}}{{^none}} nothing{{/none}} {{#bold}}{{title}}{{/bold}} {{> part}}', view, { part: 'part of {{title}}' });
}
