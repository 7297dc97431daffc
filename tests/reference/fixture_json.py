"""Write fixtures as JSON that is compact and still gives readable diffs: a list of numbers is one line."""
import json
from importlib.metadata import version
from math import gcd
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "fixtures"


def source(*packages):
    """Return the versions that made a fixture, such as "torch 2.13.0, keras 3.15.1", without local version labels."""
    return ", ".join(f"{name} {version(name).split('+')[0]}" for name in packages)


def short(number):
    """Round to nine significant digits, which are enough to restore every float32 value."""
    return float(f"{float(number):.9g}")


def sample_stride(shape, limit):
    """Return the smallest stride that leaves at most `limit` values and is coprime to the last axis."""
    stride = -(-int(np.prod(shape)) // limit)
    while gcd(stride, shape[-1]) > 1:
        stride += 1
    return stride


def sample(tensor, stride):
    """Return every stride-th value of the flattened tensor."""
    return [short(number) for number in tensor.detach().reshape(-1)[::stride]]


def layout(value, indent=""):
    flat = json.dumps(value, allow_nan=False)
    nested = isinstance(value, dict) or isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value)
    if len(flat) <= 100 or not nested:
        return flat
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {layout(item, indent + ' ')}" for key, item in value.items()]
    else:
        items = [layout(item, indent + " ") for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(f"{indent} {item}" for item in items) + f"\n{indent}{closing}"


def write(name, record):
    """Write fixtures/name."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(layout(record) + "\n")
