import { fromJS, List, Map, OrderedSet, Range } from 'immutable';
export function run() {
  const map = Map({ a: 1, b: List([1, 2, 3]) });
  return [map.setIn(['b', 1], 20).toJS(), Range(0, 1000, 7).filter((n) => n % 2 === 1).reduce((sum, n) => sum + n, 0), OrderedSet(['z', 'y', 'z']).toArray(), fromJS({ deep: [{ er: 1 }] }).equals(fromJS({ deep: [{ er: 1 }] })), map.hashCode()];
}
