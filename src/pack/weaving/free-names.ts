/**
 * Which names of the bundle belong to no declaration in it, and where they are used.
 *
 * The bundle is strict, so a scope is settled by its text alone: there is no `with`, no leaking of functions out of blocks and no
 * `eval` that declares. Parameters have a scope around that of the body: a default value does not see what the body declares,
 * and a parameter that the body declares again counts as the same name.
 */
import type { AnyNode, Identifier } from 'acorn';
import { childrenOf, type FunctionNode, isFunction, isLoop } from './syntax-tree.js';

export type Use = 'read' | 'typeof' | 'shorthand' | 'write';

export interface FreeUse {
  readonly node: Identifier;
  readonly use: Use;
}

/** A declared name. */
export interface Binding {
  /** The function that the name stands for, where that is known: declared once, with a function, and never assigned. */
  readonly standsFor: FunctionNode | undefined;
  /** How many declarations and assignments give it a value. */
  readonly givers: number;
}

export interface Names {
  /** The uses of each name that nothing in the bundle declares. */
  readonly free: ReadonlyMap<string, readonly FreeUse[]>;
  /** Each identifier that is a name in its own right: declared, used or a label; not the names of members. */
  readonly all: readonly Identifier[];
  /** Async functions with an `await` or `yield` of their own. */
  readonly suspending: ReadonlySet<FunctionNode>;
  /** What each use of a declared name means. */
  readonly bindings: ReadonlyMap<Identifier, Binding>;
  /** What each declaring name declares. */
  readonly declarations: ReadonlyMap<Identifier, Binding>;
}

class Declared implements Binding {
  #declarations = 0;
  #value: FunctionNode | undefined;
  assignments = 0;
  declare(value: FunctionNode | undefined): void {
    this.#declarations++;
    this.#value = value;
  }
  get standsFor(): FunctionNode | undefined {
    return this.#declarations === 1 && this.assignments === 0 ? this.#value : undefined;
  }
  get givers(): number {
    return this.#declarations + this.assignments;
  }
}

class Scope {
  readonly #declared = new Map<string, Declared>();
  constructor(
    readonly parent: Scope | undefined,
    /** Where `var` lands. */
    readonly isFunctionScope: boolean,
    /** Of a body: where its function's parameters are. */
    readonly parameters?: Scope,
  ) {}
  declare(name: string, value?: FunctionNode): Declared {
    const { parameters } = this;
    let declared = (parameters && parameters.#declared.get(name)) ?? this.#declared.get(name);
    if (!declared) this.#declared.set(name, (declared = new Declared()));
    declared.declare(value);
    return declared;
  }
  get functionScope(): Scope {
    return this.isFunctionScope || !this.parent ? this : this.parent.functionScope;
  }
  find(name: string): Declared | undefined {
    return this.#declared.get(name) ?? this.parent?.find(name);
  }
}

class Analysis implements Names {
  readonly all: Identifier[] = [];
  readonly suspending = new Set<FunctionNode>();
  readonly #uses: (FreeUse & { readonly scope: Scope })[] = [];

  readonly free = new Map<string, FreeUse[]>();
  readonly bindings = new Map<Identifier, Binding>();
  readonly declarations = new Map<Identifier, Binding>();

  /** Uses come before declarations in the text, too, so they are resolved when all has been seen. */
  resolve(): void {
    for (const { node, use, scope } of this.#uses) {
      const declared = scope.find(node.name);
      if (declared) {
        this.bindings.set(node, declared);
        if (use === 'write') declared.assignments++;
        continue;
      }
      const uses = this.free.get(node.name);
      if (uses) uses.push({ node, use });
      else this.free.set(node.name, [{ node, use }]);
    }
  }

  #use(node: Identifier, scope: Scope, use: Use): void {
    this.all.push(node);
    this.#uses.push({ node, use, scope });
  }

  /** A pattern that declares (`declare` is set) or assigns. Expressions inside it are ordinary uses. */
  #pattern(node: AnyNode, scope: Scope, owner: FunctionNode | undefined, declare: Scope | undefined, value?: FunctionNode): void {
    switch (node.type) {
      case 'Identifier':
        if (!declare) return this.#use(node, scope, 'write');
        this.all.push(node);
        this.declarations.set(node, declare.declare(node.name, value));
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#pattern(property.argument, scope, owner, declare);
          else {
            if (property.computed) this.visit(property.key, scope, owner);
            this.#pattern(property.value, scope, owner, declare);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.#pattern(element, scope, owner, declare);
        return;
      case 'AssignmentPattern':
        this.#pattern(node.left, scope, owner, declare);
        return this.visit(node.right, scope, owner);
      case 'RestElement':
        return this.#pattern(node.argument, scope, owner, declare);
      default:
        this.visit(node, scope, owner);
    }
  }

  #children(node: AnyNode, scope: Scope, owner: FunctionNode | undefined): void {
    for (const child of childrenOf(node)) this.visit(child.node, scope, owner);
  }

  #function(node: FunctionNode, scope: Scope): void {
    const inner = new Scope(scope, true);
    if (node.type !== 'ArrowFunctionExpression') inner.declare('arguments');
    if (node.type === 'FunctionExpression' && node.id) this.#pattern(node.id, inner, node, inner, node);
    if (node.type === 'FunctionDeclaration' && node.id) this.#pattern(node.id, scope, undefined, scope, node);
    for (const param of node.params) this.#pattern(param, inner, node, inner);
    const body = new Scope(inner, true, inner);
    if (node.body.type === 'BlockStatement') this.#children(node.body, body, node);
    else this.visit(node.body, body, node);
  }

  visit(node: AnyNode, scope: Scope, owner: FunctionNode | undefined): void {
    if (isFunction(node)) return this.#function(node, scope);
    switch (node.type) {
      case 'Identifier':
        return this.#use(node, scope, 'read');
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.#pattern(id, scope, owner, node.kind === 'var' ? scope.functionScope : scope, init && isFunction(init) ? init : undefined);
          if (init) this.visit(init, scope, owner);
        }
        return;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = new Scope(scope, false);
        if (node.id) this.#pattern(node.id, scope, owner, node.type === 'ClassDeclaration' ? scope : inner);
        if (node.superClass) this.visit(node.superClass, inner, owner);
        return this.#children(node.body, inner, owner);
      }
      case 'StaticBlock':
        return this.#children(node, new Scope(scope, true), undefined);
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) this.visit(node.key, scope, owner);
        if (node.value) this.visit(node.value, scope, node.type === 'PropertyDefinition' ? undefined : owner);
        return;
      case 'Property':
        if (node.computed) this.visit(node.key, scope, owner);
        if (node.shorthand && node.value.type === 'Identifier') return this.#use(node.value, scope, 'shorthand');
        return this.visit(node.value, scope, owner);
      case 'MemberExpression':
        this.visit(node.object, scope, owner);
        if (node.computed) this.visit(node.property, scope, owner);
        return;
      case 'UnaryExpression':
        if (node.operator === 'typeof' && node.argument.type === 'Identifier') {
          return this.#use(node.argument, scope, 'typeof');
        }
        return this.visit(node.argument, scope, owner);
      case 'UpdateExpression':
        return this.#pattern(node.argument, scope, owner, undefined);
      case 'AssignmentExpression':
        this.#pattern(node.left, scope, owner, undefined);
        return this.visit(node.right, scope, owner);
      case 'CatchClause': {
        const inner = new Scope(scope, false);
        if (node.param) this.#pattern(node.param, inner, owner, inner);
        return this.visit(node.body, inner, owner);
      }
      case 'LabeledStatement':
        this.all.push(node.label);
        return this.visit(node.body, scope, owner);
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'ExportAllDeclaration':
        return;
      case 'ImportDeclaration':
        for (const { local } of node.specifiers) this.#pattern(local, scope, owner, scope);
        return;
      case 'ExportNamedDeclaration':
        for (const { local } of node.specifiers) if (local.type === 'Identifier') this.#use(local, scope, 'read');
        if (node.declaration) this.visit(node.declaration, scope, owner);
        return;
      case 'AwaitExpression':
      case 'YieldExpression':
        if (owner?.async) this.suspending.add(owner);
        return this.#children(node, scope, owner);
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = new Scope(scope, false);
        if (node.left.type === 'VariableDeclaration') this.visit(node.left, inner, owner);
        else this.#pattern(node.left, inner, owner, undefined);
        this.visit(node.right, inner, owner);
        return this.visit(node.body, inner, owner);
      }
      case 'SwitchStatement': {
        // What it switches on lies outside of its block.
        this.visit(node.discriminant, scope, owner);
        const inner = new Scope(scope, false);
        for (const each of node.cases) this.visit(each, inner, owner);
        return;
      }
      default:
        this.#children(node, isBlock(node) ? new Scope(scope, false) : scope, owner);
    }
  }
}

function isBlock(node: AnyNode): boolean {
  return node.type === 'BlockStatement' || isLoop(node);
}

/** Resolves every name of `program`. */
export function findNames(program: AnyNode): Names {
  const analysis = new Analysis();
  analysis.visit(program, new Scope(undefined, true), undefined);
  analysis.resolve();
  return analysis;
}
