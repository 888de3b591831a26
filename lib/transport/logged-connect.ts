import type { Clock } from './environment';
import type { SessionLog } from '../vocabulary/log';
import type { ConnectSocket } from './socket';

/** A {@link ConnectSocket} that logs how its connections begin and end. */
export function loggedConnect(
  connect: ConnectSocket,
  log: SessionLog,
  { clock, service }: { clock: Clock; service: string },
): ConnectSocket {
  return (request, handlers) => {
    const startedAtMs = clock.now();
    let hasEnded = false;
    const elapsed = () => ({ service, afterMs: Math.round(clock.now() - startedAtMs) });
    log.debug('connecting', { service });
    const socket = connect(request, {
      ...handlers,
      onOpen: () => {
        log.debug('connection open', elapsed());
        handlers.onOpen();
      },
      onEnd: (end) => {
        hasEnded = true;
        const { kind } = end;
        const why =
          end.kind === 'refused'
            ? { httpStatus: end.httpStatus }
            : end.kind === 'closed'
              ? { closeCode: end.closeCode }
              : { error: end.error.message };
        log.debug('connection ended', { ...elapsed(), kind, ...why });
        handlers.onEnd(end);
      },
    });
    return {
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      send: (frame, onFlushed) => {
        socket.send(frame, onFlushed);
      },
      ping: (say) => {
        socket.ping(say);
      },
      release: () => {
        const isReleased = socket.release();
        if (isReleased) log.debug('connection kept for the next session', elapsed());
        return isReleased;
      },
      close: () => {
        log.debug('closing the connection', elapsed());
        socket.close();
      },
      destroy: () => {
        if (!hasEnded) log.debug('connection given up', elapsed());
        socket.destroy();
      },
    };
  };
}
