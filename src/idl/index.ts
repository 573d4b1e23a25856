/**
 * The IDL compiler, `deciduous/idl`: from interface definitions to schemas and generated TypeScript. A tool of build time; nothing here is loaded at run time.
 */
export { applyFixes } from './apply-fixes.js';
export type { Fixed } from './apply-fixes.js';
export { compile } from './compile.js';
export type { CheckOptions, Compilation, CompileOptions, GeneratedFile } from './compile.js';
export { renderDiagnostic } from './diagnostic.js';
export type { Diagnostic, SourceFile } from './diagnostic.js';
export type { Edit, Fix } from './fix.js';
export { format } from './format/format.js';
export type { Formatted } from './format/format.js';
export { reference } from './reference/reference.js';
export { CHANGES } from './lock/changes.js';
export type { ChangeKind, ChangeRow } from './lock/changes.js';
export { checkLocks } from './lock/check-lock.js';
export type { Change, LockCheck, LockOptions, LockPlan } from './lock/check-lock.js';
export { readFromDisk } from './source-text.js';
export { RULES } from './rules.js';
export type { RuleCode, RuleName } from './rules.js';
