/**
 * Promises of a session. All of them count as handled: what ends a session comes as an event too, and a caller that
 * streams without awaiting must not bring down its process.
 */

/** The answer to `append` that needs no waiting: one promise for all, none made per chunk. */
export const ACCEPTED: Promise<void> = Promise.resolve();

const ignore = () => undefined;

export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

export function rejected<T>(error: Error): Promise<T> {
  return handled(Promise.reject<T>(error));
}

export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise: handled(promise), resolve, reject };
}
