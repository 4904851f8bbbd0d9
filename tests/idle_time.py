"""A clock that only sleeping moves, so that a test of deadlines takes no time."""

import random


class IdleTime:
    """Seconds since it was made, and the pauses that were taken."""

    def __init__(self):
        self.now_s = 0.0
        self.pauses_s = []

    def sleep(self, seconds):
        self.pauses_s.append(seconds)
        self.now_s += seconds

    def clock(self):
        return self.now_s

    def as_arguments(self):
        """What `ObjectStore` takes of it."""
        return {"sleep": self.sleep, "clock": self.clock, "chance": random.Random(1)}
