"""Write fixtures as JSON that is compact and still gives readable diffs: a number list is one line."""
import json
from importlib.metadata import version
from math import gcd
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "fixtures"


def source(*packages):
    """Give "torch 2.13.0, keras 3.15.1": what made a fixture, local version labels left off."""
    return ", ".join(f"{name} {version(name).split('+')[0]}" for name in packages)


def short(number):
    """Keep nine significant digits: enough to give every float32 back."""
    return float(f"{float(number):.9g}")


def sample_stride(shape, limit):
    """Give the smallest stride that leaves at most `limit` numbers and is coprime to the last axis."""
    stride = -(-int(np.prod(shape)) // limit)
    while gcd(stride, shape[-1]) > 1:
        stride += 1
    return stride


def sample(tensor, stride):
    """Give every stride-th number of the flattened tensor."""
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
