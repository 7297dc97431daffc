"""The end of the time that a method has for all its trials."""
import math
import time


class Deadline:
    """Counts the seconds that are left; without a limit they are infinite."""

    def __init__(self, seconds=math.inf):
        self.seconds, self.started = seconds, time.perf_counter()

    def used(self):
        return time.perf_counter() - self.started

    def left(self):
        return self.seconds - self.used()

    def is_over(self):
        return self.left() <= 0


NO_DEADLINE = Deadline()
