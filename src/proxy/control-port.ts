/** The control plane's ports, as comlink wants them. What arrives may wake a thread that sleeps on its doorbell, so a post can be followed by a ring. */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Endpoint } from 'comlink';

type Listener = (event: { data: unknown }) => void;
type Port = Pick<MessagePort | Worker, 'on' | 'off' | 'postMessage'>;

export function controlPort(port: Port, afterPost: () => void = () => {}): Endpoint {
  const listeners = new Map<unknown, (data: unknown) => void>();
  return {
    postMessage(message: unknown, transfer?: unknown) {
      port.postMessage(message, (transfer ?? []) as never);
      afterPost();
    },
    addEventListener(_type: string, listener: unknown) {
      const deliver = (data: unknown): void => {
        if (typeof listener === 'function') (listener as Listener)({ data });
        else (listener as { handleEvent: Listener }).handleEvent({ data });
      };
      listeners.set(listener, deliver);
      port.on('message', deliver);
    },
    removeEventListener(_type: string, listener: unknown) {
      const deliver = listeners.get(listener);
      if (deliver) port.off('message', deliver);
      listeners.delete(listener);
    },
  };
}
