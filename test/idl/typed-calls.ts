/** Calls with random values written out in TypeScript, so that the compiler compares the generated types with the values that the runtime takes. */
import type { InterfaceDef } from 'deciduous/schema';
import { Ref } from '../fixtures/roundtrip/walk.js';

function literal(model: unknown): string {
  if (typeof model === 'string') return JSON.stringify(model.slice(0, 40));
  if (typeof model === 'bigint') return `${model}n`;
  if (Object.is(model, -0)) return '-0';
  // What a handle is for is no literal, and what is long says nothing more.
  if (model instanceof Ref) return 'handle';
  if (model instanceof Uint8Array) return `new Uint8Array(${model.length})`;
  if (Array.isArray(model)) return `[${model.map(literal).join(', ')}]`;
  if (typeof model !== 'object' || model === null) return String(model);
  return `{ ${Object.entries(model)
    .map(([name, value]) => `${name}: ${literal(value)}`)
    .join(', ')} }`;
}

export class TypedCalls {
  readonly #calls: string[] = [];
  readonly #echo: InterfaceDef;

  constructor(echo: InterfaceDef) {
    this.#echo = echo;
  }

  add(method: string, models: readonly unknown[]): void {
    // These are on the proxy itself, whatever the others promise.
    if (method.startsWith('rebuild')) this.#calls.push(`  void echo.${method}(${models.map(literal).join(', ')});\n`);
  }

  get text(): string {
    const [home, name] = this.#echo.name.split('.');
    return `import type { ${name} } from './generated/${home}.js';\n\ndeclare const handle: never;\nexport function calls(echo: ${name}): void {\n  void handle;\n${this.#calls.join('')}}\n`;
  }
}
