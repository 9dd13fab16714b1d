import { AsyncLocalStorage } from 'node:async_hooks';
import nodeFs, { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGzip, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import fs, { promises } from '../src/fs.js';
import { appendFile, open, readFile, stats, writeFile } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const wrong = (value: unknown): never => value as never;

/** How many operations the engine has completed. */
const completed = (): number => stats()?.completed ?? 0;

/** The results of a function that calls back. */
function called(call: (callback: (...results: unknown[]) => void) => void): Promise<unknown[]> {
  return new Promise((resolve) => {
    call((...results) => {
      resolve(results);
    });
  });
}

describe('aio/fs', () => {
  test('is what require gives, too', () => {
    const required = createRequire(import.meta.url)('aio/fs') as typeof fs;
    expect(Object.keys(required)).toEqual(Object.keys(nodeFs));
    expect(required.readFile).not.toBe(nodeFs.readFile);
  });

  test('close calls back in the context of whoever closes, also where something is under way', async () => {
    using folder = new TempFolder();
    const contexts = new AsyncLocalStorage<string>();
    const fd = fs.openSync(folder.file('file'), 'w');
    const writing = contexts.run('writes', () =>
      called((done) => {
        fs.write(fd, Buffer.alloc(1 << 20), 0, 1 << 20, 0, done);
      }),
    );
    const closing = contexts.run('closes', () =>
      called((done) => {
        fs.close(fd, (...results) => done(...results, contexts.getStore()));
      }),
    );
    expect((await writing)[1]).toBe(1 << 20);
    expect(await closing).toEqual([null, 'closes']);
  });

  test('has everything that node:fs has, under the same names', () => {
    expect(Object.keys(fs)).toEqual(Object.keys(nodeFs));
    expect(fs.statSync).toBe(nodeFs.statSync);
    expect(fs.promises).toBe(promises);
    expect(Object.keys(promises)).toEqual(Object.keys(nodeFs.promises));
    expect(promises).toMatchObject({ open, readFile, writeFile, appendFile });
  });

  test('open, read, write, fsync and close take callbacks, and go through the engine', async () => {
    using folder = new TempFolder();
    const file = folder.file('file');
    const [error, fd] = await called((done) => {
      fs.open(file, 'w+', done);
    });
    expect(error).toBeNull();
    const before = completed();
    const given = Buffer.from('0123456789');
    const n = fd as number;
    expect(
      await called((done) => {
        fs.write(n, given, done);
      }),
    ).toEqual([null, 10, given]);
    expect(
      await called((done) => {
        fs.write(n, given, 1, 2, 5, done);
      }),
    ).toEqual([null, 2, given]);
    expect(
      await called((done) => {
        fs.write(n, 'end', done);
      }),
    ).toEqual([null, 3, 'end']);
    expect(
      await called((done) => {
        fs.writev(n, [given, given], 20, done);
      }),
    ).toEqual([null, 20, [given, given]]);
    expect(
      await called((done) => {
        fs.fsync(n, done);
      }),
    ).toEqual([null]);
    expect(
      await called((done) => {
        fs.fdatasync(n, done);
      }),
    ).toEqual([null]);
    const room = Buffer.alloc(4);
    expect(
      await called((done) => {
        fs.read(n, room, 0, 4, 4, done);
      }),
    ).toEqual([null, 4, room]);
    expect(room.toString()).toBe('4127');
    expect(
      await called((done) => {
        fs.read(n, { buffer: room, position: 9 }, done);
      }),
    ).toEqual([null, 4, room]);
    expect(room.toString()).toBe('9end');
    expect(
      await called((done) => {
        fs.readv(n, [room], 20, done);
      }),
    ).toEqual([null, 4, [room]]);
    expect(completed() - before).toBe(9);
    expect(
      await called((done) => {
        fs.close(n, done);
      }),
    ).toEqual([null]);
    const gap = '\0'.repeat(7);
    expect(readFileSync(file, 'latin1')).toBe(`0123412789end${gap}01234567890123456789`);
  });

  test('read takes a length that is given as none as Node does: as 0', async () => {
    using folder = new TempFolder();
    const file = folder.file('file');
    writeFileSync(file, 'some text');
    const fd = fs.openSync(file, 'r');
    const calls: ((io: typeof nodeFs, done: () => void) => void)[] = [
      (io, done) => io.read(fd, Buffer.alloc(4), 0, wrong(undefined), 0, done),
      (io, done) => io.read(fd, Buffer.alloc(4), 0, wrong(null), 0, done),
      (io, done) =>
        io.read(fd, { buffer: Buffer.alloc(4), length: wrong(null), position: 0 }, done),
      (io, done) => io.read(fd, { buffer: Buffer.alloc(4), length: undefined, position: 0 }, done),
      (io, done) => io.read(fd, Buffer.alloc(4), { length: wrong(null), position: 0 }, done),
      (io, done) => io.read(fd, Buffer.alloc(4), { position: 0 }, done),
    ];
    for (const call of calls) {
      const [ours, nodes] = await Promise.all(
        [fs, nodeFs].map((io) => called((done) => call(io, done))),
      );
      expect(ours).toEqual(nodes);
    }
    fs.closeSync(fd);
  });

  test.for([fs, nodeFs])('of two callbacks the first is called', async (io) => {
    using folder = new TempFolder();
    const fd = io.openSync(folder.file('file'), 'w');
    const which = await new Promise((resolve) => {
      io.write(
        fd,
        'text',
        wrong(() => resolve('first')),
        wrong(() => resolve('second')),
      );
    });
    io.closeSync(fd);
    expect(which).toBe('first');
  });

  test('promisify gives what it gives of Node', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const fd = await promisify(fs.open)(folder.file('file'), 'r+');
    const room = Buffer.alloc(4);
    expect(await promisify(fs.read)(fd, room, 0, 4, 0)).toEqual({ bytesRead: 4, buffer: room });
    expect(await promisify(fs.write)(fd, room, 0, 4, 0)).toEqual({ bytesWritten: 4, buffer: room });
    expect(await promisify(fs.readFile)(folder.file('file'), 'utf8')).toBe('text');
    await promisify(fs.close)(fd);
  });

  test('wrong arguments are refused at once, as by Node', () => {
    const callback = (): void => undefined;
    for (const call of [
      (f: typeof nodeFs) => {
        f.open(...(wrong(['/']) as [never, never]));
      },
      (f: typeof nodeFs) => {
        f.open(wrong(1), callback);
      },
      (f: typeof nodeFs) => {
        f.read(0, wrong('text'), callback);
      },
      (f: typeof nodeFs) => {
        f.read(wrong('0'), callback);
      },
      (f: typeof nodeFs) => {
        f.read(...(wrong([0]) as [never, never]));
      },
      (f: typeof nodeFs) => {
        f.write(0, wrong(5), callback);
      },
      (f: typeof nodeFs) => {
        f.close(wrong('0'), callback);
      },
      (f: typeof nodeFs) => {
        f.close(0, wrong(5));
      },
      (f: typeof nodeFs) => {
        f.readFile('/', wrong('klingon'), callback);
      },
      (f: typeof nodeFs) => {
        f.readFile('/', wrong(undefined));
      },
      (f: typeof nodeFs) => {
        f.fsync(wrong('0'), callback);
      },
      (f: typeof nodeFs) => {
        f.createReadStream(wrong(1));
      },
      (f: typeof nodeFs) => {
        f.createReadStream('/', wrong(5));
      },
    ]) {
      const message = (f: typeof nodeFs): string => {
        try {
          call(f);
          return 'nothing thrown';
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(message(nodeFs)).not.toBe('nothing thrown');
      expect(message(fs)).toBe(message(nodeFs));
    }
  });

  test('what fails is called back with, as by Node', async () => {
    for (const call of [
      (f: typeof nodeFs) => (done: (...results: unknown[]) => void) => {
        f.open('/none', done);
      },
      (f: typeof nodeFs) => (done: (...results: unknown[]) => void) => {
        f.readFile('/none', done);
      },
      (f: typeof nodeFs) => (done: (...results: unknown[]) => void) => {
        f.readFile('/', 'utf8', done);
      },
      (f: typeof nodeFs) => (done: (...results: unknown[]) => void) => {
        f.close(999_999, done);
      },
    ]) {
      const [[ours], [theirs]] = [await called(call(fs)), await called(call(nodeFs))];
      expect(theirs).toBeInstanceOf(Error);
      expect(ours).toEqual(theirs);
    }
  });

  test('a read of a descriptor that is open for writing only fails as with Node', async () => {
    using folder = new TempFolder();
    const results = [];
    for (const f of [fs, nodeFs]) {
      const fd = f.openSync(folder.file('file'), 'w');
      results.push(
        await called((done) => {
          f.read(fd, Buffer.alloc(1), 0, 1, 0, done);
        }),
      );
      f.closeSync(fd);
    }
    expect(results[0]).toEqual(results[1]);
  });

  test('close waits for what is under way', async () => {
    using folder = new TempFolder();
    const bytes = randomBytes(1 << 20);
    const fd = fs.openSync(folder.file('file'), 'w+');
    const writing = called((done) => {
      fs.write(fd, bytes, 0, bytes.length, 0, done);
    });
    const closing = called((done) => {
      fs.close(fd, done);
    });
    const [error, written, source] = await writing;
    expect([error, written]).toEqual([null, bytes.length]);
    expect(source).toBe(bytes);
    expect(await closing).toEqual([null]);
    expect(readFileSync(folder.file('file')).equals(bytes)).toBe(true);
  });

  test('a number that was closed behind our back, and is of another file now, is that file', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('one'), 'one');
    writeFileSync(folder.file('two'), 'two');
    const fd = fs.openSync(folder.file('one'), 'r');
    nodeFs.closeSync(fd);
    const again = nodeFs.openSync(folder.file('two'), 'r');
    expect(again).toBe(fd);
    const room = Buffer.alloc(3);
    expect(
      await called((done) => {
        fs.read(fd, room, done);
      }),
    ).toEqual([null, 3, room]);
    expect(room.toString()).toBe('two');
    nodeFs.closeSync(again);
    const [error] = await called((done) => {
      fs.read(fd, room, done);
    });
    expect(error).toMatchObject({ code: 'EBADF' });
  });

  test('what is opened for appending is appended to', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'before ');
    const stream = fs.createWriteStream(folder.file('file'), { flags: 'a' });
    stream.write('and ');
    await called((done) => stream.end('after', done));
    expect(readFileSync(folder.file('file'), 'utf8')).toBe('before and after');
  });
});

describe('streams of aio/fs', () => {
  test('a file is copied through a pipeline, and all of it by the engine', async () => {
    using folder = new TempFolder();
    const bytes = randomBytes(1_000_003);
    writeFileSync(folder.file('from'), bytes);
    const before = completed();
    await pipeline(
      fs.createReadStream(folder.file('from')),
      createGzip(),
      fs.createWriteStream(folder.file('to')),
    );
    expect(gunzipSync(readFileSync(folder.file('to'))).equals(bytes)).toBe(true);
    expect(completed() - before).toBeGreaterThan(16);
  });

  test('readline goes line by line', async () => {
    using folder = new TempFolder();
    const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i}`);
    writeFileSync(folder.file('file'), lines.join('\n'));
    const read: string[] = [];
    for await (const line of createInterface({ input: fs.createReadStream(folder.file('file')) })) {
      read.push(line);
    }
    expect(read).toEqual(lines);
  });

  test('start, end, encoding and highWaterMark are Node’s', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), '0123456789');
    const options = { start: 2, end: 7, highWaterMark: 4 };
    expect(await text(fs.createReadStream(folder.file('file'), options))).toBe('234567');
    const chunks: unknown[] = [];
    const inherited = Object.create({ encoding: 'utf8', ...options }) as typeof options;
    for await (const chunk of fs.createReadStream(folder.file('file'), inherited))
      chunks.push(chunk);
    expect(chunks).toEqual(['2345', '67']);
    expect(await buffer(fs.createReadStream(folder.file('file'), null as never))).toHaveLength(10);
  });

  test('our functions serve a stream of Node that is given them', async () => {
    using folder = new TempFolder();
    const bytes = randomBytes(200_000);
    const before = completed();
    const target = nodeFs.createWriteStream(folder.file('file'), { fs });
    target.write(bytes.subarray(0, 100_000));
    await called((done) => target.end(bytes.subarray(100_000), done));
    const read = await buffer(nodeFs.createReadStream(folder.file('file'), { fs }));
    expect(read.equals(bytes)).toBe(true);
    expect(completed()).toBeGreaterThan(before);
  });

  test('a stream on a FileHandle of ours is that handle’s', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const fd = await open(folder.file('file'));
    expect(await text(fs.createReadStream('', { fd }))).toBe('text');
  });

  test('a missing file is an error event, as with Node', async () => {
    const errors = await Promise.all(
      [fs, nodeFs].map((f) =>
        called((done) => {
          f.createReadStream('/none').on('error', done);
        }),
      ),
    );
    expect(errors[0]).toEqual(errors[1]);
  });
});
