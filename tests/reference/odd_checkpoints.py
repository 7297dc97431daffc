"""Make checkpoints as programs save them: states under other names, objects beside them, whole modules.

Each record has the file in hexadecimal digits, the keys that must be read, and the option `key`; or an error. The tensors are
`fill(key, shape)` of their key; those of other states are `fill("other." + key, shape)`.
"""
import argparse
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import pathlib
import pickle
import re
import sys
import types
import uuid
import warnings
import zipfile

import numpy as np
import torch
from torch import nn

from fill import fill
from fixture_json import source, write

SHAPES = {"conv.weight": (2, 3), "conv.bias": (2,)}


def filled(key, shape):
    return torch.from_numpy(np.array(fill(key, shape)))


def state(prefix="", container=collections.OrderedDict):
    return container((key, filled(prefix + key, shape)) for key, shape in SHAPES.items())


def class_of(module, name, base=object, **members):
    """Return a class of a package that need not be installed."""
    made = type(name, (base,), {"__module__": module, **members})
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(".".join(parts[:i + 1])))
    setattr(sys.modules[module], name, made)
    return made


def instance(module, name, base=object, *arguments, **attributes):
    made = class_of(module, name, base)(*arguments)
    made.__dict__.update(attributes)
    return made


class Colour(enum.Enum):
    red = 1


class Flags(enum.Flag):
    a = 1
    b = 2


@dataclasses.dataclass
class Settings:
    depth: int = 18
    path: pathlib.Path = pathlib.Path("x")


Saved = collections.namedtuple("Saved", "epoch state")


class Slots:
    __slots__ = ("weights_of_it", "x")


class Net(nn.Module):
    def __init__(self, prefix=""):
        super().__init__()
        self.conv = nn.Linear(3, 2)
        self.drop = nn.Dropout()
        self.register_buffer("mask", torch.ones(2, 2), persistent=False)
        self.missing = None
        self.register_parameter("none", None)
        with torch.no_grad():
            for key, tensor in self.named_parameters():
                tensor.copy_(filled(prefix + key, tensor.shape))


for thing in (Colour, Flags, Settings, Saved, Slots, Net):
    thing.__module__ = "project.code"
    class_of("project.code", "Dummy")
    setattr(sys.modules["project.code"], thing.__name__, thing)


def slotted():
    made = Slots()
    made.weights_of_it = state()
    made.x = 3
    return made


def optimizer_of(model):
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return optimizer


def objects():
    """Harmless objects that are saved beside weights."""
    net = nn.Linear(3, 2)
    optimizer = optimizer_of(net)
    omega = instance("omegaconf.dictconfig", "DictConfig", _metadata=None, _parent=None, _flags={"readonly": True})
    omega.__dict__["_content"] = {"lr": instance("omegaconf.nodes", "AnyNode", _val=0.1, _parent=omega)}
    generator = np.random.default_rng(0)
    return {
        "datetime": [datetime.datetime(2024, 1, 2, 3, 4), datetime.date(2024, 1, 2), datetime.timedelta(3),
                     datetime.timezone.utc],
        "deque": collections.deque([1.0, torch.ones(1)], maxlen=20),
        "torch version": torch.__version__,
        "OmegaConf": omega,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10),
        "namespace": argparse.Namespace(lr=0.1, at=datetime.datetime(2024, 1, 2)),
        "own class": instance("my.project.config", "Config", lr=0.1, names={"a"}),
        "loss": nn.CrossEntropyLoss(weight=torch.ones(3)),
        "numpy": [np.float32(1.5), np.int64(3), np.bool_(True), np.arange(4), np.array(["a"], dtype=object),
                  np.datetime64("2024-01-02"), np.dtype("float32")],
        "numpy generator": generator,
        "paths": [pathlib.Path("a/b"), pathlib.PurePosixPath("c"), pathlib.PureWindowsPath("d")],
        "partial": functools.partial(sorted, reverse=True),
        "functions": [len, torch.relu, nn.functional.relu, nn.ReLU, collections.OrderedDict.fromkeys],
        "enums": [Colour.red, Flags.a | Flags.b],
        "sets": [{1, 2}, frozenset([3]), set()],
        "torch things": [torch.Size([1, 2]), torch.float16, torch.device("cpu"), torch.strided,
                         torch.finfo(torch.float32).eps],
        "rng": [torch.get_rng_state()[:8].clone(), np.random.PCG64(3).state],
        "dictionaries": [collections.defaultdict(list, a=[1]), collections.Counter("aab"),
                         collections.ChainMap({"a": 1}), types.SimpleNamespace(a=1)],
        "dict class": instance("my.project.config", "Dict", dict, {"a": 1}, extra=2),
        "list class": instance("my.project.config", "List", list, [1, 2]),
        "named tuple": Saved(3, "x"),
        "data class": Settings(),
        "numbers": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), 2 ** 70, -2 ** 70, 1j, float("nan"), uuid.UUID(int=7)],
        "text": [re.compile("a+"), b"bytes", bytearray(b"x"), "\u00fc", ...,  NotImplemented, slice(1, 2), range(3)],
        "tensors": [torch.eye(2).to_sparse(), torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
                    nn.Parameter(torch.ones(2)), torch.ones(2).requires_grad_()],
        "itself": (lambda made: made.append(made) or made)([1]),
    }


def files():
    """(name, content, keys that are read by default or None, option, part of the error)"""
    keys = list(SHAPES)
    for name, thing in objects().items():
        yield f"beside {name}", {"x": thing, "my_weights": state(), "again": thing}, keys, "", ""
    for name in ("teacher", "params", "model_state", "generator", "backbone_weights", "\u00fcber"):
        yield f"under {name}", {"epoch": 3, name: state()}, keys, "", ""
    yield "tuple", (state(), 7), keys, "", ""
    yield "list", [3, state()], keys, "", ""
    yield "deep", {"a": {"b": {"c": [0, {"d": state()}]}}, "epoch": 1}, keys, "", ""
    yield "object", instance("my.project", "Checkpoint", object, weights=state(), epoch=3), keys, "", ""
    yield "named tuple", Saved(3, state()), keys, "", ""
    yield "slots", slotted(), keys, "", ""
    yield "plain dictionary", state(container=dict), keys, "", ""
    yield "dictionary class", instance("my.project", "StateDict", dict, state()), keys, "", ""
    yield "ordered class", instance("my.project", "Ordered", collections.OrderedDict, state()), keys, "", ""
    yield "defaultdict", collections.defaultdict(list, state()), keys, "", ""
    yield "parameters", {"params": {key: nn.Parameter(value) for key, value in state().items()}}, keys, "", ""
    yield "pairs", {"epoch": 3, "named": list(state().items())}, keys, "", ""
    yield "arrays", {"state_dict": {key: value.numpy() for key, value in state().items()}}, keys, "", ""
    yield "metrics beside", {"net_g": state(), "acc": {"correct": torch.tensor(3), "sum": torch.ones(4)},
                             "confusion": torch.ones(3, 3)}, keys, "", ""
    optimizer = optimizer_of(nn.Linear(3, 2)).state_dict()
    yield "optimizer state", {"optim": optimizer, "g": state(), "amp": {"scale": 65536.0}}, keys, "", ""
    yield "module", Net(), keys, "", ""
    yield "module inside", {"epoch": 3, "net": Net(), "ema": Net("other.")}, keys, "", ""
    yield "module in a wrapper", nn.Sequential(collections.OrderedDict(inner=Net())), ["inner." + key for key in keys], "", ""
    yield "whole trainer", instance("my.project", "Trainer", object, model=Net(), loss=nn.CrossEntropyLoss(torch.ones(3)),
                                    optimizer=optimizer_of(nn.Linear(3, 2)), started=datetime.datetime(2024, 1, 2)), keys, "", ""
    for plain, ema in (("model", "model_ema"), ("state_dict", "state_dict_ema")):
        yield f"{plain} and {ema}", {plain: state(), ema: state("other."), "epoch": 3}, keys, "", ""
    yield "model and an empty model_ema", {"model": state(), "model_ema": None, "ema": {"decay": 0.999}}, keys, "", ""
    two = {"student": state(), "teacher": state("other."), "epoch": 3}
    yield "student and teacher", two, None, "", "holds several states: student, teacher; name one with --key student"
    yield "the student", two, keys, "student", ""
    yield "deep student", {"models": {"student": {"state_dict": state(), "epoch": 3}, "teacher": state("other.")}}, keys, "models.student", ""
    yield "student by its last name", {"run": {"student": state(), "teacher": state("other.")}}, keys, "student", ""
    yield "prefix", {"state_dict": {**{"student." + k: v for k, v in state().items()},
                                    **{"teacher." + k: v for k, v in state("other.").items()}}}, keys, "student", ""
    yield "second of a tuple", (state("other."), state()), keys, "1", ""
    yield "no such key", two, None, "pupil", "no weights are under \"pupil\""
    yield "optimizer alone", {"optimizer": optimizer}, None, "", "holds no state_dict but a dictionary with optimizer"
    yield "object alone", datetime.datetime(2024, 1, 2), None, "", "holds no state_dict but a datetime.datetime"
    yield "quantized", {"weight": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, None, "", "dequantize()"


def content(thing, **options):
    buffer = io.BytesIO()
    torch.save(thing, buffer, **options)
    data = buffer.getvalue()
    return small(data) if data.startswith(b"PK") else data


def small(data):
    """Write an archive again with what is read only, and without padding."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            if entry.filename.endswith("data.pkl") or "/data/" in entry.filename:
                new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry))
    return buffer.getvalue()


def record(name, thing, keys, key, error, **options):
    made = {"content": content(thing, **options).hex()}
    return made | ({"keys": keys} if keys else {}) | ({"key": key} if key else {}) | ({"error": error} if error else {})


def main():
    records = {}
    for name, thing, keys, key, error in files():
        records[name] = record(name, thing, keys, key, error)
    for name in ("module", "whole trainer", "beside optimizer", "beside numpy", "tuple"):
        of_name = {row[0]: row[1:] for row in files()}[name]
        if name != "whole trainer":  # the old format has the source code of modules
            records[name + ", before 1.6"] = record(name, *of_name, _use_new_zipfile_serialization=False)
        records[name + ", protocol 4"] = record(name, *of_name, pickle_protocol=4)
    records["pickle.dump"] = {"content": pickle.dumps(state()).hex(), "error": "was written by pickle.dump; in Python, save it with torch.save"}
    write("odd_checkpoints.json", {"source": source("torch", "numpy"), "records": records})


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    main()
