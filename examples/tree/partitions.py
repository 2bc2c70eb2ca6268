"""Partitions of rows through the C library: factors and samples that go up a tree. Python's own library alone.

A partition is rows of doubles, one after the other, in an array that has an address: `array.array` here, a numpy array
where there is an engine. A factor is (packed triangle, rows), a sample is a list of (name, score, weight): plain values
that any engine can send from one worker to another.
"""

import ctypes
from array import array
from functools import reduce

SIZE, DOUBLE, COUNT = ctypes.c_size_t, ctypes.c_double, ctypes.c_uint64
ADDRESS = ctypes.c_void_p


def address(values):
    """Where an array begins."""
    if isinstance(values, array):
        return values.buffer_info()[0]
    return values.ctypes.data


def doubles(count):
    return array("d", bytes(8 * count))


class Library:
    """The functions of partition.c."""

    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))
        for name, arguments in {
            "partition_factor": (ADDRESS, SIZE, SIZE, DOUBLE, ADDRESS),
            "partition_merge": (ADDRESS, COUNT, ADDRESS, COUNT, SIZE, DOUBLE),
            "partition_leverages": (ADDRESS, COUNT, SIZE, DOUBLE, ADDRESS, SIZE, ADDRESS),
            "partition_sample": (ADDRESS, ADDRESS, SIZE, SIZE, COUNT, ADDRESS, ADDRESS, ADDRESS),
        }.items():
            getattr(self.library, name).argtypes = arguments
        self.library.gleaner_status_text.restype = ctypes.c_char_p

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status:
            raise RuntimeError(f"{name}: {self.library.gleaner_status_text(status).decode()}")

    def factor(self, rows, order, ridge):
        """The factor of a partition."""
        count = len(rows) // order
        packed = doubles(order * (order + 1) // 2)
        self.call("partition_factor", address(rows), count, order, ridge, address(packed))
        return packed, count

    def merge_factors(self, factors, order, ridge):
        """One factor of several."""
        (packed, rows), *others = factors
        packed = array("d", packed)
        for other, more in others:
            self.call("partition_merge", address(packed), rows, address(other), more, order, ridge)
            rows += more
        return packed, rows

    def leverages(self, factor, rows, order, ridge):
        """The leverages of a partition against a factor."""
        packed, seen = factor
        count = len(rows) // order
        leverages = doubles(count)
        self.call("partition_leverages", address(packed), seen, order, ridge, address(rows), count, address(leverages))
        return leverages

    def sample(self, scores, weights, keep, seed):
        """Places and whole weights of what is kept of items with such scores; weights: None where they are 1."""
        most = min(keep, len(scores))
        kept, whole, count = array("Q", bytes(8 * most)), doubles(most), SIZE()
        given = address(weights) if weights else None
        to = address(kept), address(whole), ctypes.addressof(count)
        self.call("partition_sample", address(scores), given, len(scores), keep, seed, *to)
        return list(zip(kept, whole))[: count.value]

    def merge_samples(self, samples, keep, seed):
        """One sample of several, of at most `keep` items."""
        items = [item for sample in samples for item in sample]
        scores, weights = (array("d", [item[i] for item in items]) for i in (1, 2))
        return [(items[place][0], items[place][1], weight) for place, weight in self.sample(scores, weights, keep, seed)]


def tree(leaves, join, arms=4):
    """Joins `arms` neighbours at a time until one is left."""
    level = list(leaves)
    while len(level) > 1:
        level = [join(level[i : i + arms]) for i in range(0, len(level), arms)]
    return level[0]


def chain(leaves, join):
    """Joins one after the other."""
    return reduce(lambda a, b: join([a, b]), leaves)
