"""The job `evaluation`, as jobs/evaluation/measure.ts has it, by libraries of Python."""

import asyncio
import hashlib
import re
import time

import job


class LinuxAio:
    """Blocks that are used again; each round is one submit and one get_events, which waits for all."""

    def __init__(self, library, files, buffers):
        self._files = [open(file['path'], 'rb', buffering=0) for file in files]
        self._context = library.AIOContext(len(files))
        self._blocks = [
            library.ReadBlock(file, buffer) for file, buffer in zip(self._files, buffers)
        ]

    async def open(self):
        pass

    async def read_all(self):
        count = len(self._blocks)
        self._context.submit(*self._blocks)
        return sum(event.response for event in self._context.get_events(count, count))

    async def sleep(self, seconds):
        time.sleep(seconds)

    async def close(self):
        self._context.close()
        for file in self._files:
            file.close()


class Aiofiles:
    """All files at once, each by two trips through the thread pool: seek and readinto."""

    def __init__(self, library, files, buffers):
        self._library = library
        self._paths = [file['path'] for file in files]
        self._buffers = buffers
        self._files = []

    async def open(self):
        for path in self._paths:
            self._files.append(await self._library.open(path, 'rb', buffering=0))

    async def _read(self, file, buffer):
        await file.seek(0)
        return await file.readinto(buffer)

    async def read_all(self):
        reads = (self._read(file, buffer) for file, buffer in zip(self._files, self._buffers))
        return sum(await asyncio.gather(*reads))

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)

    async def close(self):
        for file in self._files:
            await file.close()


READERS = {'linux_aio': LinuxAio, 'aiofiles': Aiofiles}


def check(files, buffers):
    for file, buffer in zip(files, buffers):
        if hashlib.sha256(buffer).hexdigest() != file['sha256']:
            raise ValueError('wrong bytes were read from %s' % file['path'])


def peak_memory():
    with open('/proc/self/status') as status:
        text = status.read()
    physical, virtual = (
        int(re.search(r'^%s:\s+(\d+) kB$' % field, text, re.M).group(1)) / 1024
        for field in ('VmHWM', 'VmPeak')
    )
    return {'physicalMebibytes': physical, 'virtualMebibytes': virtual}


async def measure(library, work):
    files, rounds = work['files'], work['rounds']
    buffers = [bytearray(file['size']) for file in files]
    total = sum(file['size'] for file in files)
    reader = READERS[library.__name__](library, files, buffers)
    await reader.open()
    checked = {0, rounds >> 1, rounds - 1}
    stopwatch = job.Stopwatch()
    reading = 0.0
    stopwatch.start()
    for index in range(rounds):
        if index in checked:
            stopwatch.pause()
            for buffer in buffers:
                buffer[:] = b'\xa5' * len(buffer)
            stopwatch.start()
        begun = time.perf_counter()
        count = await reader.read_all()
        reading += time.perf_counter() - begun
        if count != total:
            raise ValueError('%d bytes were read in place of %d' % (count, total))
        if index in checked:
            stopwatch.pause()
            check(files, buffers)
            stopwatch.start()
        await reader.sleep(work['intervalMs'] / 1e3)
    stopwatch.pause()
    sample = {'operations': rounds, 'bytes': total * rounds}
    sample.update(stopwatch.elapsed(), **job.held())
    sample['figures'] = {'readingMicroseconds': reading * 1e6 / rounds, **peak_memory()}
    await reader.close()
    return sample


job.run(lambda library, work: asyncio.run(measure(library, work)))
