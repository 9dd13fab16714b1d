import { constants } from 'node:os';
import { statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, test } from 'vitest';
import { aio_context_t, aio_limits, errnoError, io_destroy, io_setup } from '../src/index.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';

/** What a call throws. */
function thrownBy(call: () => unknown): NodeJS.ErrnoException {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('errnoError', () => {
  test("has the shape of Node's own errors of system calls", () => {
    const nodes = thrownBy(() => statSync('/nowhere'));
    const ours = errnoError(-constants.errno.ENOENT, 'stat');
    expect(ours).toBeInstanceOf(Error);
    expect(ours.name).toBe(nodes.name);
    expect(ours).toMatchObject({ code: nodes.code, errno: nodes.errno, syscall: nodes.syscall });
    expect(`${ours.message} '/nowhere'`).toBe(nodes.message);
    expect(Object.keys(ours).sort()).toEqual(['code', 'errno', 'syscall']);
  });

  test.for(Object.entries(constants.errno))('knows %s', ([name, errno]) => {
    const { code, message } = errnoError(-errno, 'x');
    const nodes = getSystemErrorMap().get(-errno)?.[0];
    // Where two names have one number (EAGAIN, EWOULDBLOCK), Node's choice is ours.
    const same = Object.entries(constants.errno).filter(([, value]) => value === errno);
    expect(nodes === undefined ? same.map(([other]) => other) : [nodes]).toContain(code);
    expect(nodes ?? name).toBeTypeOf('string');
    expect(message.startsWith(`${code ?? ''}: `)).toBe(true);
  });

  test('knows EINPROGRESS, which Node 20 does not', () => {
    expect(errnoError(-115, 'io_cancel')).toMatchObject({ code: 'EINPROGRESS', errno: -115 });
  });

  test('calls what nobody knows by its number', () => {
    expect(errnoError(-512, 'x')).toMatchObject({ code: 'E512', errno: -512 });
  });

  test.for([0, 1, 5, -4096, -0.5, NaN, -Infinity])('refuses %d', (errno) => {
    expect(() => errnoError(errno, 'x')).toThrow(outOfRange);
  });

  test.for(each(undefined, null, '-5', -5n))('refuses %o', ([errno]) => {
    expect(() => errnoError(wrong(errno), 'x')).toThrow(wrongType);
  });

  test.for(each(undefined, null, 5, Symbol('x')))('refuses the syscall %o', ([syscall]) => {
    expect(() => errnoError(-5, wrong(syscall))).toThrow(wrongType);
  });
});

describe('advice', () => {
  test('for io_setup with EAGAIN quotes the limits and names the sysctl', () => {
    const { aio_max_nr } = aio_limits();
    const { message } = errnoError(-constants.errno.EAGAIN, 'io_setup');
    expect(message).toMatch(
      new RegExp(
        `^EAGAIN: resource temporarily unavailable, io_setup; aio-nr is \\d+ of aio-max-nr ${aio_max_nr} on this machine; .*sysctl fs\\.aio-max-nr=\\d+$`,
      ),
    );
  });

  const advised = {
    io_setup: ['EAGAIN', 'EINVAL', 'EFAULT', 'ENOMEM', 'ENOSYS', 'EPERM'],
    io_destroy: ['EINVAL'],
    io_submit: ['EAGAIN', 'EBADF', 'EINVAL', 'EFAULT', 'ENOTSUP', 'EPERM', 'EBUSY'],
    io_getevents: ['EINVAL', 'EFAULT', 'EINTR'],
    io_pgetevents: ['EINVAL', 'EFAULT', 'EINTR'],
    io_cancel: ['EINVAL', 'EFAULT'],
  } as const;
  const pairs = Object.entries(advised).flatMap(([syscall, codes]) =>
    codes.map((code) => [syscall, code] as const),
  );

  test.for(pairs)('%s with %s says what to do', ([syscall, code]) => {
    const error = errnoError(-constants.errno[code], syscall);
    expect(error).toMatchObject({ code, syscall });
    const [problem, ...hints] = error.message.split('; ');
    expect(problem).toMatch(new RegExp(`^${code}: .+, ${syscall}$`));
    expect(hints.join('; ').length).toBeGreaterThan(20);
  });

  test.for([
    ['io_submit', 'EIO'],
    ['read', 'EAGAIN'],
    ['toString', 'EPERM'],
    ['__proto__', 'EPERM'],
    ['', 'EPERM'],
  ] as const)('%s with %s has none to give', ([syscall, code]) => {
    expect(errnoError(-constants.errno[code], syscall).message).toMatch(
      new RegExp(`^${code}: [^;]+, ${syscall}$`),
    );
  });
});

describe('a refused call', () => {
  test('throws code, errno, syscall and advice, with a stack that begins at the caller', () => {
    const ctx = new aio_context_t();
    const error = thrownBy(() => io_destroy(ctx));
    expect(error).toMatchObject({
      code: 'EINVAL',
      errno: -constants.errno.EINVAL,
      syscall: 'io_destroy',
    });
    expect(error.message).toContain('the context is not set up here');
    expect(error.stack).toContain('errno.test');
    expect(error.stack).not.toContain('resultOf');
  });

  test('that was told more than aio-max-nr allows quotes the limits', () => {
    const { message } = thrownBy(() => io_setup(aio_limits().aio_max_nr + 1, new aio_context_t()));
    expect(message).toMatch(/aio-nr is \d+ of aio-max-nr \d+ on this machine/);
  });
});

describe('a bad argument', () => {
  test('is named, with what would be right and what was received', () => {
    expect(thrownBy(() => io_setup(wrong('8'), null))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "nr_events" argument must be of type number. Received \'8\'',
    });
    expect(thrownBy(() => io_setup(2 ** 32, null))).toMatchObject({
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      message:
        'The value of "nr_events" is out of range. It must be >= -2147483648 and <= 4294967295. Received 4294967296',
    });
  });
});
