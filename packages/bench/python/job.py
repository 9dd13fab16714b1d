"""What the jobs in Python have in common: what they are given, what they measure, what they print.

A job comes as JSON on the standard input; what is printed is an outcome as of process/job.ts.
"""

import importlib
import json
import os
import resource
import sys
import time

HOW_TO_GET = 'python3 has no %s: pip install %s'
PERCENTILES = (0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100)


def held():
    with open('/proc/self/statm') as statm:
        resident = int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    return {'threads': len(os.listdir('/proc/self/task')), 'residentBytes': resident}


class Stopwatch:
    """Measures this process, except while it is paused."""

    def __init__(self):
        self._sums = [0.0, 0.0, 0.0, 0]
        self._from = None

    @staticmethod
    def _now():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        switches = usage.ru_nvcsw + usage.ru_nivcsw
        return (time.perf_counter(), usage.ru_utime, usage.ru_stime, switches)

    def start(self):
        self._from = self._now()

    def pause(self):
        now = self._now()
        self._sums = [it + new - old for it, new, old in zip(self._sums, now, self._from)]

    def elapsed(self):
        names = ('seconds', 'userSeconds', 'systemSeconds', 'contextSwitches')
        return dict(zip(names, self._sums))


def distribution_of(seconds):
    """The percentiles of latencies, in microseconds."""
    ordered = sorted(seconds)

    def at(percentile):
        rank = min(len(ordered) - 1, int(len(ordered) * percentile / 100))
        return ordered[rank] * 1e6

    return {
        'count': len(ordered),
        'p50': at(50),
        'p99': at(99),
        'p999': at(99.9),
        'max': at(100),
        'curve': [[percentile, at(percentile)] for percentile in PERCENTILES],
    }


def run(job):
    """Runs `job(library, work)` with the library that is named on the command line."""
    name = sys.argv[1]
    idle = held()
    try:
        try:
            library = importlib.import_module(name)
        except ImportError:
            raise MissingDriver(HOW_TO_GET % (name, name)) from None
        outcome = {'sample': dict(job(library, json.load(sys.stdin)), idle=idle)}
    except Exception as error:
        outcome = {'error': {'name': type(error).__name__, 'message': str(error)}}
    json.dump(outcome, sys.stdout)


class MissingDriver(Exception):
    """The library is not installed."""
