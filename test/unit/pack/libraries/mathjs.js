import { all, create } from 'mathjs';
const math = create(all, { randomSeed: 'a' });
export function run() {
  return [
    math.format(math.evaluate('sqrt(-4) + 2^10')), math.format(math.derivative('x^2 + 2x', 'x')), math.det([[1, 2], [3, 4]]),
    math.format(math.fraction(1, 3)), math.evaluate('5.08 cm to inch').toString(), math.format(math.bignumber(2).pow(100)), math.simplify('2x + 3x').toString(),
  ];
}
