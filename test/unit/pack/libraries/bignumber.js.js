import BigNumber from 'bignumber.js';
export function run() {
  const third = new BigNumber(1).dividedBy(3);
  return [third.toFixed(30), new BigNumber('123456789.987654321').pow(7).toString(), new BigNumber('ff', 16).toString(2), new BigNumber(2).squareRoot().toString(), new BigNumber('1e500').plus(1).toFixed().length];
}
