// What someone can do who has just installed both packages: import them, and read a file.
import assert from 'node:assert/strict';
import { openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import * as aio from 'aio';
import * as bind from 'aio-bind';

const require = createRequire(import.meta.url);
assert.equal(require('aio-bind').io_submit, bind.io_submit);
assert.equal(require('aio').probe, aio.probe);

const path = fileURLToPath(import.meta.url);
const ctx = new bind.aio_context_t();
bind.io_setup(1, ctx);
const iocb = new bind.Iocb(new bind.IocbSlab(1), 0);
const buffer = Buffer.alloc(16);
bind.io_prep_pread(iocb, openSync(path), buffer, buffer.length, 0);
assert.equal(bind.io_submit(ctx, 1, [iocb]), 1);
const events = new bind.IoEventArray(1);
assert.equal(bind.io_getevents(ctx, 1, 1, events, null), 1);
assert.equal(Number(events.at(0).res), buffer.length);
assert.deepEqual(buffer, readFileSync(path).subarray(0, buffer.length));
bind.io_destroy(ctx);
console.log('read', JSON.stringify(buffer.toString()), 'probe', aio.probe());
