import _ from 'lodash';
export function run() {
  return [
    _.chunk([1, 2, 3, 4, 5], 2), _.groupBy(['one', 'two', 'three'], 'length'), _.camelCase('--foo-bar--'),
    _.merge({ a: { b: 1 } }, { a: { c: 2 } }),
    _.isPlainObject({}), _.cloneDeep({ a: [1, { b: new Map([[1, 2]]) }] }), _.sortBy([3, 1, 2]),
  ];
}
