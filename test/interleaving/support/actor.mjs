/** A thread of the explorer that plays what is not played on the explorer's own. It sleeps until it has the baton. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import * as b from './board.mjs';
import { Player } from './player.mjs';

const { port, ...seat } = workerData;
const receive = () => {
  let latest = receiveMessageOnPort(port);
  for (let later = latest; later !== undefined; later = receiveMessageOnPort(port)) latest = later;
  return latest.message;
};
const player = await Player.open({ ...seat, receive });
const ready = b.BATON + seat.thread * b.BATON_STRIDE + 1;
Atomics.store(seat.board, ready, 1);
Atomics.notify(seat.board, ready);
for (;;) {
  player.seam.awaitBaton(Number.POSITIVE_INFINITY);
  player.run();
}
