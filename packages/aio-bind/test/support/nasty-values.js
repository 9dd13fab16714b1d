// What programs without types may pass for anything.

const detached = (view) => {
  structuredClone(view, { transfer: [view.buffer] });
  return view;
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const throws = () => {
  throw Object.assign(new Error('from a trap'), { code: 'ERR_OF_THE_VALUE' });
};

/** Each with its name. What V8 itself refuses to look into comes as `forged`. */
export const nastyValues = () => ({
  plain: {
    undefined: undefined,
    null: null,
    true: true,
    NaN: NaN,
    Infinity: Infinity,
    '-Infinity': -Infinity,
    '-0': -0,
    0: 0,
    1: 1,
    2: 2,
    16: 16,
    0.5: 0.5,
    '-1': -1,
    '2**31': 2 ** 31,
    '-(2**31)': -(2 ** 31),
    '2**32': 2 ** 32,
    '2**32 - 1': 2 ** 32 - 1,
    '2**53': 2 ** 53,
    MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
    MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
    MAX_VALUE: Number.MAX_VALUE,
    '0n': 0n,
    '1n': 1n,
    '16n': 16n,
    '-1n': -1n,
    '2n**63n': 2n ** 63n,
    '2n**64n': 2n ** 64n,
    '2n**200n': 2n ** 200n,
    "''": '',
    "'1'": '1',
    SIGINT: 'SIGINT',
    symbol: Symbol('nasty'),
    '[]': [],
    '[null]': [null],
    '[1, 2]': [1, 2],
    'sparse array': new Array(3),
    '{}': {},
    'null prototype': Object.create(null),
    '{ length }': { length: 2 },
    function: () => undefined,
    class: Array,
    Date: new Date(),
    RegExp: /nasty/,
    Map: new Map(),
    Promise: Promise.resolve(),
    Error: new Error('nasty'),
    ArrayBuffer: new ArrayBuffer(16),
    SharedArrayBuffer: new SharedArrayBuffer(16),
    Uint8Array: new Uint8Array(16),
    'empty Uint8Array': new Uint8Array(0),
    'shared Uint8Array': new Uint8Array(new SharedArrayBuffer(16)),
    Uint32Array: Uint32Array.of(0, 1),
    'Uint32Array out of range': Uint32Array.of(0, 0xffffffff),
    'shared Uint32Array': new Uint32Array(new SharedArrayBuffer(8)),
    Int32Array: new Int32Array(2),
    Float64Array: new Float64Array(2),
    BigUint64Array: new BigUint64Array(2),
    DataView: new DataView(new ArrayBuffer(16), 8),
    'detached Uint8Array': detached(new Uint8Array(16)),
    'detached Uint32Array': detached(new Uint32Array(16)),
    'throwing getters': Object.defineProperties(
      {},
      Object.fromEntries(
        ['length', 'threads', 'slots', 'valueOf', 'toString', Symbol.toPrimitive].map((name) => [
          name,
          { get: throws },
        ]),
      ),
    ),
  },
  forged: {
    'proxy of {}': new Proxy({}, {}),
    'proxy of a function': new Proxy(() => undefined, {}),
    'proxy of an array': new Proxy([], {}),
    'proxy of a view': new Proxy(new Uint8Array(16), {}),
    'revoked proxy': revoked(),
    'throwing proxy': new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws }),
    'Object.create(Uint32Array.prototype)': Object.create(Uint32Array.prototype),
    'Object.create(ArrayBuffer.prototype)': Object.create(ArrayBuffer.prototype),
  },
});
