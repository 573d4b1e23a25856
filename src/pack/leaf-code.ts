/**
 * From the bundle to the code of a leaf: one pass over the syntax tree, in which each rule makes its own edits.
 *
 * ```
 * (($d$global) => function ($d$) { "use strict";
 *   what the runtime lends, globals, imports       declared once, so that hot code reads locals
 *   the bundle, counted, guarded, re-spelled
 *   return its default export;
 * })(globalThis)
 * ```
 * The global object is a parameter of its own function, because the bundle may declare a `globalThis` of its own.
 * Invariants: the text parses as one expression; no name of the build's own is the bundle's; SES has nothing to object to.
 */
import remapping from '@jridgewell/remapping';
import { parse } from 'acorn';
import MagicString from 'magic-string';
import type { Power } from '../abi/powers.js';
import type { Manifest } from '../abi/leaf.js';
import type { Schema } from '../abi/schema.js';
import { askedPowers } from './bundle/asked-powers.js';
import { BundlePlaces } from './bundle/bundle-places.js';
import type { Bundle } from './bundle/bundle.js';
import { findCallGraph } from './weaving/call-graph.js';
import { CONSTRUCTOR_SETTER, ConstructorAssignments } from './weaving/constructor-assignments.js';
import { CurrentCall } from './weaving/current-call.js';
import { findNames, type Names } from './weaving/free-names.js';
import { bindGlobals } from './weaving/global-names.js';
import { Growth } from './weaving/growth.js';
import { Guards } from './weaving/guards.js';
import { Linker } from './bundle/linker.js';
import { Listing } from './weaving/listing.js';
import { Metering } from './weaving/metering.js';
import { readManifest } from './manifest.js';
import { PackError } from './pack-error.js';
import * as reserved from './weaving/reserved-names.js';
import { isJudged, respellNode } from './weaving/respelling.js';
import { checkSafeSubset } from './bundle/safe-subset.js';
import { StackDepth } from './weaving/stack-depth.js';
import { parseBundle, type SyntaxTree, walk } from './weaving/syntax-tree.js';
import { TaggedTemplates } from './weaving/tagged-templates.js';

export interface LeafCode {
  readonly code: string;
  readonly sourceMap: string;
  readonly schemas: readonly Schema[];
  readonly uses: readonly Power[];
  /** Undefined where the definition cannot be read before it runs. */
  readonly manifest: Manifest | undefined;
}

/** What every leaf declares first. `current` and `resume` may be absent where a runtime keeps no current call. */
const LENT = [
  `const ${reserved.FREEZE}=${reserved.GLOBAL}.Object.freeze;`,
  `const ${reserved.REFILL}=${reserved.RUNTIME}.checkpoint,${reserved.CAUGHT}=${reserved.RUNTIME}.caught,${reserved.FINALLY}=${reserved.RUNTIME}.finally;`,
  `let ${reserved.FUEL}=0,${reserved.DEPTH}=0,${reserved.UNJUDGED};`,
  `const ${reserved.LISTED}=${reserved.RUNTIME}.listed??((of)=>of),${reserved.SPREAD}=${reserved.RUNTIME}.spread??((of)=>of),${reserved.SLOTS}=${reserved.RUNTIME}.slots??((of)=>of);`,
  `const ${reserved.TOO_DEEP}=${reserved.RUNTIME}.tooDeep;`,
  `${reserved.RUNTIME}.meter((granted)=>{const left=${reserved.FUEL};${reserved.FUEL}=granted;return left;},(by)=>{${reserved.DEPTH}+=by;});`,
  `const ${reserved.COUNT}=()=>{${reserved.CHECK}};`,
  `const ${reserved.COUNT_RESUMED}=(value)=>{${reserved.CHECK}return value;};`,
  `const ${reserved.RELEASE}=(value,held)=>{if(held>=0)${reserved.DEPTH}=held;return value;};`,
].join('\n');

/** What recurses where no body of a function is on the stack. */
const NESTING = [
  `const ${reserved.NEST}=(run)=>{${reserved.CHECK}const held=${reserved.DEPTH};if(held<1)${reserved.TOO_DEEP}();${reserved.DEPTH}=held-1;try{return run();}finally{${reserved.DEPTH}=held;}};`,
  `const ${reserved.DELEGATE}=((iterator,isArray,apply)=>(values)=>{`,
  'if(typeof values!=="object"||values===null||isArray(values)||typeof values[iterator]!=="function")return values;',
  'const inner=values[iterator]();if(typeof inner!=="object"||inner===null)return {[iterator]:()=>inner};',
  `const step=(method)=>method==null?void 0:(value)=>${reserved.NEST}(()=>apply(method,inner,[value]));`,
  'return {[iterator](){return this;},next:step(inner.next),get throw(){return step(inner.throw);},get return(){return step(inner.return);}};',
  `})(${reserved.GLOBAL}.Symbol.iterator,${reserved.GLOBAL}.Array.isArray,${reserved.GLOBAL}.Reflect.apply);`,
].join('\n');

const LENT_TO_ASYNC = [
  `const ${reserved.CURRENT_CALL}=${reserved.RUNTIME}.current??(()=>{});`,
  `const ${reserved.RESUME}=((resume)=>(call,value)=>{resume(call);${reserved.CHECK}return value;})(${reserved.RUNTIME}.resume??(()=>{}));`,
].join('\n');

const TEMPLATE_MAKER = `const ${reserved.TEMPLATE}=((define)=>(cooked,raw)=>${reserved.FREEZE}(define(cooked,"raw",{value:${reserved.FREEZE}(raw)})))(${reserved.GLOBAL}.Object.defineProperty);`;

/** The bundler lets some text pass that a module does not allow, such as `await` as a name. */
function parseStrictly(bundle: Bundle, places: BundlePlaces): SyntaxTree {
  try {
    return parseBundle(bundle.code);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser reports an exhausted stack as a syntax error.
    if (error.message.startsWith('Not enough stack')) throw new RangeError(error.message);
    const { pos } = error as SyntaxError & { readonly pos: number };
    const what = error.message.replace(/ \(\d+:\d+\)$/, '');
    throw places.refusal(pos, 'PACK003', what, 'Correct the line: extensions are strict code, as in a module.');
  }
}

function removeComments(tree: SyntaxTree, edit: MagicString): void {
  for (const { start, end } of tree.comments) {
    // A comment may be all that parts two tokens, or two lines.
    edit.update(start, end, edit.original.slice(start, end).includes('\n') ? '\n' : ' ');
  }
}

/** Lets every rule edit what it is for, and answers the declarations of the helpers that their edits call. */
function weave(tree: SyntaxTree, names: Names, replacements: ReadonlyMap<unknown, string>, edit: MagicString): string[] {
  const depth = new StackDepth(edit, findCallGraph(tree.program, names).counted);
  const growth = new Growth(edit, tree, names);
  const metering = new Metering(edit, tree, names.suspending, depth, growth);
  const listing = new Listing(edit, names);
  const guards = new Guards(edit);
  const calls = new CurrentCall(edit, names.suspending);
  const constructors = new ConstructorAssignments(edit);
  const templates = new TaggedTemplates(edit);
  walk(tree.program, {
    enter(node, key, parent) {
      listing.enter(node, key, parent);
      metering.enter(node, key, parent);
      guards.enter(node, key, parent, calls.owner);
      calls.enter(node);
      constructors.enter(node);
      templates.enter(node, key, parent);
      growth.enter(node);
      const replacement = replacements.get(node);
      if (replacement !== undefined) edit.update(node.start, node.end, replacement);
      else respellNode(node, parent, templates.isTagged(parent), edit);
    },
    leave(node, key, parent) {
      growth.leave(node);
      templates.leave(node);
      constructors.leave(node, key, parent);
      calls.leave(node);
      guards.leave(node, key, parent);
      metering.leave(node, key, parent);
      listing.leave(node, key, parent);
    },
  });
  return [
    ...growth.declarations,
    ...(constructors.found ? [CONSTRUCTOR_SETTER] : []),
    ...(templates.declarations.length > 0 ? [TEMPLATE_MAKER, ...templates.declarations] : []),
  ];
}

function composeMaps(edit: MagicString, bundle: Bundle): string {
  const edits = edit.generateMap({ source: 'bundle', hires: 'boundary', includeContent: false });
  const composed = remapping(edits.toString(), (source) => (source === 'bundle' ? bundle.map : null), { excludeContent: true });
  const { version, sources, names, mappings } = composed;
  return JSON.stringify({ version, sources, names, mappings });
}

/** The last look: whatever a rule above may have missed is refused here, and nothing else than one expression passes. */
function checkResult(code: string, entry: string): void {
  const wayOut = 'Write the text in question another way, and report it: the build should have re-spelled it.';
  if (isJudged(code)) {
    throw new PackError({ code: 'PACK019', what: 'the compartment would refuse the text of this program', wayOut, file: entry });
  }
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
  const [only] = body;
  if (body.length !== 1 || only.type !== 'ExpressionStatement' || only.expression.type !== 'CallExpression') {
    throw new PackError({ code: 'PACK019', what: 'the program is more than one expression', wayOut, file: entry });
  }
}

/** Turns the bundle into what a domain evaluates. Throws PackError where the bundle leaves the safe subset. */
export function makeLeafCode(bundle: Bundle): LeafCode {
  const places = new BundlePlaces(bundle);
  const tree = parseStrictly(bundle, places);
  const names = findNames(tree.program);
  checkSafeSubset(tree, names, places);
  const uses = askedPowers(tree.program, places);
  const linker = new Linker(tree.program, places);
  const globals = bindGlobals(tree.program, names);
  const edit = new MagicString(bundle.code);
  removeComments(tree, edit);
  const helpers = weave(tree, names, globals.replacements, edit);
  const closing = linker.close(edit, bundle.entry);
  const head = [
    `((${reserved.GLOBAL})=>function(${reserved.RUNTIME}){"use strict";`,
    LENT,
    NESTING,
    ...(names.suspending.size > 0 ? [LENT_TO_ASYNC] : []),
    ...globals.declarations,
    ...helpers,
    ...linker.declarations,
  ];
  edit.prepend(`${head.join('\n')}\n`).append(`${closing}\n})(globalThis)`);
  const code = edit.toString();
  checkResult(code, bundle.entry);
  const manifest = readManifest(tree.program, linker, places);
  return { code, sourceMap: composeMaps(edit, bundle), schemas: linker.schemas(), uses, manifest };
}
