"""Fill tensors from an integer hash of (key, index), so that fixtures need not store weights.

The C++ twin is fill.h; both give the same bits. For flat row-major index i, in uint64 arithmetic:

    z = fnv1a64(key) + (i + 1) * 0x9E3779B97F4A7C15
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9
    z = (z ^ z >> 27) * 0x94D049BB133111EB
    z = z ^ z >> 31
    u = (z >> 40) / 2**24                       in [0, 1), exact in float32

`uniform(key, shape)` is 2u - 1, for inputs and probes. `fill(key, shape)` is computed in float64 and
then rounded to float32:

    *.num_batches_tracked      0 (int64)
    *.running_var              0.5 + u
    *.running_mean             0.2 (u - 0.5)
    at most 1-D, *weight       0.25 + 0.5 u
    at most 1-D, other         0.5 (u - 0.5)
    2-D and more               (2u - 1) * (sqrt(3 / fan_in) * sqrt(2)), fan_in = numel / shape[0]
"""
import math

import numpy as np

CHUNK = 1 << 20  # values per chunk: the widest layer of AlexNet has 38 million


def fnv1a64(text):
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


def fractions(key, first, last):
    """Return u for the indices first <= i < last, float64."""
    z = np.arange(first + 1, last + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(fnv1a64(key))
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)) / 2.0**24


def generate(key, shape, value):
    """Return value(u) for every index of the shape, float32."""
    count = math.prod(shape)
    result = np.empty(count, dtype=np.float32)
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        result[first:last] = value(fractions(key, first, last))
    return result.reshape(tuple(shape))


def uniform(key, shape):
    return generate(key, shape, lambda u: 2 * u - 1)


def fill(key, shape):
    if key.endswith("num_batches_tracked"):
        return np.zeros(tuple(shape), dtype=np.int64)
    if key.endswith("running_var"):
        return generate(key, shape, lambda u: 0.5 + u)
    if key.endswith("running_mean"):
        return generate(key, shape, lambda u: 0.2 * (u - 0.5))
    if len(shape) > 1:
        scale = math.sqrt(3 / math.prod(shape[1:])) * math.sqrt(2)
        return generate(key, shape, lambda u: (2 * u - 1) * scale)
    if key.endswith("weight"):
        return generate(key, shape, lambda u: 0.25 + 0.5 * u)
    return generate(key, shape, lambda u: 0.5 * (u - 0.5))
