import * as R from 'ramda';
export function run() {
  const people = [{ name: 'Ada', born: 1815 }, { name: 'Alan', born: 1912 }, { name: 'Grace', born: 1906 }];
  return [R.pipe(R.sortBy(R.prop('born')), R.map(R.prop('name')), R.join(', '))(people), R.groupBy((one) => String(one.born)[1], people), R.path(['a', 0, 'b'], { a: [{ b: 3 }] }), R.equals({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), R.transpose([[1, 2], [3, 4]])];
}
