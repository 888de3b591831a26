/**
 * Promises of a session. All of them count as handled: the end of a session comes as an event too, and a caller that
 * streams without awaiting must not crash its process.
 */

/** The answer to an `append` that need not wait. One promise serves all of them, so that no chunk makes a new one. */
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
