// V8's own, whatever a program puts in their place from now on: what is called back in another order would mix up results.

export const OwnPromise = (async () => {
  await Promise.resolve();
})().constructor as PromiseConstructor;

const itsThen = Reflect.get(OwnPromise.prototype, 'then');

/** `Promise.prototype.then` of a promise for nothing. Not by that name: a module that exports `then` is a thenable. */
export const chain = Function.prototype.call.bind(itsThen) as <T>(
  promise: Promise<unknown>,
  callback: (() => T | Promise<T>) | undefined,
  onRejected?: () => void,
) => Promise<T>;

/** `Promise.resolve`. */
export const resolved = Reflect.get(OwnPromise, 'resolve').bind(OwnPromise) as <T>(
  value: T,
) => Promise<T>;
