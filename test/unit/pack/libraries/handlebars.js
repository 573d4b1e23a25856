import Handlebars from 'handlebars';
export function run() {
  return [Handlebars.Utils.escapeExpression('<a & "b">'), JSON.parse(JSON.stringify(Handlebars.parse('{{#each items}}{{this.name}} {{else}}none{{/each}}')))];
}
