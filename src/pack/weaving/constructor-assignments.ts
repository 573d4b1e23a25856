/**
 * `Child.prototype.constructor = Child` on a frozen inheritance.
 *
 * After lockdown() an object that inherits a frozen `constructor` cannot be given one of its own by assignment, though libraries of
 * the time before classes do just that. Such an assignment is tried as it stands, and where the engine declines it,
 * and the object is free to have the property, the property is defined.
 */
import type { AnyNode, AssignmentExpression, MemberExpression } from 'acorn';
import type MagicString from 'magic-string';
import { GLOBAL, SET_CONSTRUCTOR } from './reserved-names.js';

/** Declares the helper. An assignment that fails for another reason fails as it did. */
export const CONSTRUCTOR_SETTER = `const ${SET_CONSTRUCTOR}=((set,define,hasOwn,isExtensible)=>(target,value)=>{
if((typeof target!=="object"||target===null)&&typeof target!=="function"||!set(target,"constructor",value)){
if(hasOwn(target,"constructor")||!isExtensible(target))target.constructor=value;
else define(target,"constructor",{value,writable:true,enumerable:true,configurable:true});
}return value;})(${GLOBAL}.Reflect.set,${GLOBAL}.Reflect.defineProperty,${GLOBAL}.Object.hasOwn,${GLOBAL}.Object.isExtensible);`;

type Setting = AssignmentExpression & { readonly left: MemberExpression };

export class ConstructorAssignments {
  /** Whether any was found, and so the helper is needed. */
  found = false;

  constructor(private readonly edit: MagicString) {}

  /** Only the plain spelling counts: parentheses around either side leave it alone. */
  #isSetting(node: AnyNode): node is Setting {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return false;
    const { object } = node.left;
    if (object.type === 'Super' || object.start !== node.start) return false;
    return /^\s*\.constructor\s*=\s*$/.test(this.edit.original.slice(object.end, node.right.start));
  }

  enter(node: AnyNode): void {
    if (!this.#isSetting(node)) return;
    this.found = true;
    this.edit.appendLeft(node.start, `${SET_CONSTRUCTOR}(`);
  }

  leave(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    // Between the two sides, and before the right one is visited: the target's own edits end where this one begins.
    if (key === 'left' && parent && this.#isSetting(parent)) {
      this.edit.update(parent.left.object.end, parent.right.start, ',');
    }
    if (this.#isSetting(node)) this.edit.appendLeft(node.end, ')');
  }
}
