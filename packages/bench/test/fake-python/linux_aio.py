"""What the bench uses of linux_aio, with its names; reads are made at once, by preadv(2)."""

import os


class ReadBlock:
    def __init__(self, file, buffer, offset=0):
        self.file = file
        self.buffer = buffer
        self.offset = offset


class AIOEvent:
    def __init__(self, block, response):
        self.aio_block = block
        self.response = response


class AIOContext:
    def __init__(self, max_jobs):
        self._max_jobs = max_jobs
        self._events = []

    def submit(self, *blocks):
        assert len(self._events) + len(blocks) <= self._max_jobs
        for block in blocks:
            count = os.preadv(block.file.fileno(), [block.buffer], block.offset)
            self._events.append(AIOEvent(block, count))
        return len(blocks)

    def get_events(self, min_jobs, max_jobs, timeout_ns=0):
        assert len(self._events) >= min_jobs, 'it would wait for ever'
        events, self._events = self._events[:max_jobs], self._events[max_jobs:]
        return tuple(events)

    def close(self):
        pass
