/** Twelve programs, each the kind of work that an extension does. The same file runs in a domain, through the trusted build, and in a plain worker. */
import markdownIt from 'markdown-it';

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

function lcg(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

/** A recursive-descent parser of sums, products and parentheses. */
function evaluate(text) {
  let at = 0;
  const factor = () => {
    if (text.charCodeAt(at) === 40) {
      at++;
      const value = sum();
      at++;
      return value;
    }
    let value = 0;
    for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) value = value * 10 + digit;
    return value;
  };
  const product = () => {
    let value = factor();
    while (text.charCodeAt(at) === 42) {
      at++;
      value = (value * factor()) % 1_000_003;
    }
    return value;
  };
  const sum = () => {
    let value = product();
    while (text.charCodeAt(at) === 43) {
      at++;
      value = (value + product()) % 1_000_003;
    }
    return value;
  };
  return sum();
}

export function makePrograms(text) {
  const markdown = markdownIt();
  const formula = Array.from({ length: 400 }, (_, n) => `(${n}+${n % 7}*(3+${n * 13}))`).join('+');
  const record = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a', 'b'], nested: { x: id / 3, y: null } })));
  const pixels = new Float64Array(4096);
  return {
    numeric() {
      let sum = 0;
      for (let i = 1; i < 60_000; i++) sum += Math.sqrt(i) / (1 + (i % 17));
      return sum;
    },
    strings() {
      let out = '';
      for (let i = 0; i < 2000; i++) out += `${i.toString(36)}-`;
      return out
        .split('-')
        .map((part) => part.toUpperCase().padStart(4, '0'))
        .join('').length;
    },
    json() {
      return JSON.stringify(JSON.parse(record)).length;
    },
    parsing() {
      return evaluate(formula);
    },
    sorting() {
      const random = lcg(1);
      return Array.from({ length: 3000 }, random).sort((a, b) => a - b)[7];
    },
    markdown() {
      return markdown.render(text).length;
    },
    recursion() {
      return fibonacci(20);
    },
    closures() {
      return Array.from({ length: 2000 }, (_, n) => (m) => n + m)
        .map((add) => add(1))
        .filter((n) => n % 3 !== 0)
        .reduce((sum, n) => sum + n, 0);
    },
    typedArrays() {
      for (let pass = 0; pass < 8; pass++) for (let i = 1; i < pixels.length - 1; i++) pixels[i] = (pixels[i - 1] + pixels[i + 1] + i) / 3;
      return pixels[100];
    },
    mapAndSet() {
      const counts = new Map();
      const seen = new Set();
      for (let i = 0; i < 6000; i++) {
        counts.set(i % 701, (counts.get(i % 701) ?? 0) + 1);
        seen.add(i & 1023);
      }
      return counts.size + seen.size;
    },
    regularExpressions() {
      let found = 0;
      for (const match of text.matchAll(/\b([a-z]+)(-[a-z]+)*\b/g)) found += match[1].length;
      return found;
    },
    bigint() {
      let value = 3n;
      for (let i = 0; i < 2000; i++) value = (value * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
      return Number(value & 0xffffn);
    },
  };
}
