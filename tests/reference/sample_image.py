"""A synthetic image, and the values that fixtures store of the bytes of an image.

The left half of an image is a wrapping ramp and the right half is noise, so that a filter sees slopes, edges
and overshoots. `sum` and `weighted` (each byte times its index modulo 65521, plus 1) are computed from all bytes,
so they detect a change of any byte. The C++ twin is tests/support/sample_image.h.
"""
import numpy as np

from fill import uniform
from fixture_json import sample_stride


def sample_image(height, width, channels):
    """Return (H, W, C) bytes."""
    y, x, c = np.indices((height, width, channels))
    ramp = (5 * y + 3 * x + 40 * c) % 256
    noise = ((uniform("picture", (height, width, channels)) + 1) * 128).astype(np.int64)
    return np.where(x < width // 2, ramp, noise).astype(np.uint8)


def record(data, at_most):
    """Return the sums and every stride-th byte of an array."""
    flat = data.astype(np.int64).reshape(-1)
    stride = sample_stride(data.shape, at_most)
    weighted = int((flat * (np.arange(len(flat)) % 65521 + 1)).sum())
    return {"sum": int(flat.sum()), "weighted": weighted, "stride": stride, "bytes": flat[::stride].tolist()}
