"""The job `blocks` for buffered reads of one file, by libraries of Python."""

import asyncio
import random
import struct
import time

import job

# Chosen off the clock: Python is slow at choosing, and that is not what is measured.
PLACES = 1 << 16
WARM_UP_SECONDS = 0.05
CHECKED = 32


def word_at(index):
    """See files/content.ts."""
    word = (index * 0x9E3779B1) & 0xFFFFFFFF
    word ^= word >> 16
    word = (word * 0x85EBCA6B) & 0xFFFFFFFF
    return word ^ (word >> 13)


def check(buffers, places):
    for buffer, place in list(zip(buffers, places))[:CHECKED]:
        if place is None:
            continue
        words = struct.unpack('<%dI' % (len(buffer) // 4), buffer)
        first = place // 4
        if any(word != word_at(first + i) for i, word in enumerate(words)):
            raise ValueError('wrong bytes were read from offset %d' % place)


class Blocks:
    """Buffers, random places, and which of them each buffer holds."""

    def __init__(self, work):
        size = work['blockSize']
        chooser = random.Random(work['seed'])
        count = work['blocksPerFile']
        self.size = size
        self.depth = work['depth']
        self.batch = work['batch']
        self.path = work['paths'][0]
        self.places = [chooser.randrange(count) * size for _ in range(PLACES)]
        self.buffers = [bytearray(size) for _ in range(work['depth'])]
        self.last = [None] * work['depth']
        self.latencies = [] if work['latency'] else None
        self.next = 0

    def place(self, index):
        place = self.places[self.next % PLACES]
        self.next += 1
        self.last[index] = place
        return place

    def check_length(self, count):
        if count != self.size:
            raise ValueError('%d bytes were read in place of %d' % (count, self.size))


class LinuxAio:
    """One submit for each batch of blocks, and get_events for what has been done."""

    def __init__(self, library, blocks):
        self._blocks = blocks
        self._file = open(blocks.path, 'rb', buffering=0)
        self._context = library.AIOContext(blocks.depth)
        self._idle = [
            library.ReadBlock(self._file, buffer) for buffer in blocks.buffers
        ]
        self._index = {id(block): index for index, block in enumerate(self._idle)}

    async def open(self):
        pass

    async def read_until(self, end):
        blocks, context, idle = self._blocks, self._context, self._idle
        done, pending, submitted = 0, 0, {}
        while True:
            # At least once: a busy machine may take all of the time away.
            if idle and (done + pending == 0 or time.perf_counter() < end):
                batch = idle[-blocks.batch:]
                del idle[-blocks.batch:]
                for block in batch:
                    block.offset = blocks.place(self._index[id(block)])
                if blocks.latencies is not None:
                    now = time.perf_counter()
                    submitted.update((id(block), now) for block in batch)
                pending += context.submit(*batch)
            # Nothing would ever come where nothing is under way: the time may have ended just now.
            if pending == 0:
                return done
            for event in context.get_events(1, blocks.batch):
                blocks.check_length(event.response)
                block = event.aio_block
                if blocks.latencies is not None:
                    blocks.latencies.append(time.perf_counter() - submitted[id(block)])
                idle.append(block)
                done, pending = done + 1, pending - 1

    async def close(self):
        self._context.close()
        self._file.close()


class Aiofiles:
    """As many loops as the depth says, each with a file object of its own: seek, then readinto."""

    def __init__(self, library, blocks):
        self._library = library
        self._blocks = blocks
        self._files = []

    async def open(self):
        for _ in range(self._blocks.depth):
            self._files.append(await self._library.open(self._blocks.path, 'rb', buffering=0))

    async def _lane(self, index, end):
        blocks, file = self._blocks, self._files[index]
        done = 0
        while done == 0 or time.perf_counter() < end:
            begun = time.perf_counter()
            await file.seek(blocks.place(index))
            blocks.check_length(await file.readinto(blocks.buffers[index]))
            if blocks.latencies is not None:
                blocks.latencies.append(time.perf_counter() - begun)
            done += 1
        return done

    async def read_until(self, end):
        return sum(await asyncio.gather(*(self._lane(i, end) for i in range(self._blocks.depth))))

    async def close(self):
        for file in self._files:
            await file.close()


READERS = {'linux_aio': LinuxAio, 'aiofiles': Aiofiles}


async def measure(library, work):
    blocks = Blocks(work)
    reader = READERS[library.__name__](library, blocks)
    await reader.open()
    await reader.read_until(time.perf_counter() + WARM_UP_SECONDS)
    check(blocks.buffers, blocks.last)
    if blocks.latencies is not None:
        blocks.latencies.clear()
    stopwatch = job.Stopwatch()
    stopwatch.start()
    done = await reader.read_until(time.perf_counter() + work['seconds'])
    stopwatch.pause()
    sample = {'operations': done, 'bytes': done * blocks.size}
    sample.update(stopwatch.elapsed(), **job.held())
    check(blocks.buffers, blocks.last)
    if blocks.latencies is not None:
        sample['distributions'] = {'latency': job.distribution_of(blocks.latencies)}
    await reader.close()
    return sample


job.run(lambda library, work: asyncio.run(measure(library, work)))
