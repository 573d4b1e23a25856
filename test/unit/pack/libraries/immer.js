import { enablePatches, produce, produceWithPatches } from 'immer';
export function run() {
  enablePatches();
  const base = { todos: [{ text: 'one', done: false }], open: 1 };
  const next = produce(base, (draft) => {
    draft.todos[0].done = true;
    draft.todos.push({ text: 'two', done: false });
  });
  const [, patches] = produceWithPatches(base, (draft) => void (draft.open = 0));
  return [next, base.todos.length, next.todos === base.todos, patches, Object.isFrozen(next)];
}
