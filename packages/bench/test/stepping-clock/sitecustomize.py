"""Python loads this by itself: a clock that stands still but for a step whenever it is read."""

import itertools
import os
import time

STEP = float(os.environ['STEPPING_CLOCK'])

time.perf_counter = (STEP * count for count in itertools.count()).__next__
