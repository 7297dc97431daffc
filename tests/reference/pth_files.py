"""Make files of torch.save: formats, checkpoints, dtypes, views, and invalid files; and one file of Python's
safetensors with a tensor under two names.

Values come from `fill`, or are 0, 1, 2, 3, so that nothing else needs to be stored. Files in the old
format name storages by their address, so they differ each time they are made.
"""
import argparse
import collections
import io
import os
import sys
import types
import warnings
import zipfile

import numpy as np
import torch
from safetensors.torch import save_model
from torch import nn

from fill import fill
from fixture_json import FOLDER

PTH = FOLDER / "pth"
SHAPES = {"fc.weight": (3, 4), "fc.bias": (3,), "bn.running_mean": (3,), "bn.running_var": (3,),
          "bn.num_batches_tracked": ()}
TYPES = ("float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 uint16 uint32 "
         "uint64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz").split()


def filled(key, shape):
    return torch.from_numpy(np.array(fill(key, shape)))


def state(prefix=""):
    return collections.OrderedDict((key, filled(prefix + key, shape)) for key, shape in SHAPES.items())


def content(thing, **options):
    buffer = io.BytesIO()
    torch.save(thing, buffer, **options)
    return buffer.getvalue()


def save(name, thing, **options):
    (PTH / name).write_bytes(content(thing, **options))


def repack(name, data, change=lambda name, record: record, method=zipfile.ZIP_STORED):
    """Write the archive again with changed records or a different compression."""
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(PTH / name, "w", method) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), change(entry.filename, old.read(entry)), method)


def fake_class(module, name, base=object):
    """Return a class of a package that need not be installed."""
    made = type(name, (base,), {"__module__": module})
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(".".join(parts[:i + 1])))
    setattr(sys.modules[module], name, made)
    return made


def training_checkpoint():
    model = nn.Linear(4, 3)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 4)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    return {"epoch": 7, "best": np.float64(0.5), "args": argparse.Namespace(lr=0.1, sizes=[1, 2], name="x"),
            "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "seen": {1, 2},
            "random": torch.get_rng_state()[:16].clone(), "numpy": np.arange(3),
            "state_dict": state(), "state_dict_ema": state("ema.")}


def lightning_checkpoint():
    attributes = fake_class("pytorch_lightning.utilities.parsing", "AttributeDict", dict)
    return {"epoch": 1, "pytorch-lightning_version": "2.0", "callbacks": {"ModelCheckpoint{}": {"best": torch.ones(1)}},
            "hyper_parameters": attributes(lr=0.1, depth=18), "optimizer_states": [], "lr_schedulers": [],
            "state_dict": collections.OrderedDict(("model." + key, value) for key, value in state().items())}


def shared_state():
    base = filled("base", (4, 6))
    return {"whole": base, "again": base, "column": base[:, 1], "transposed": base.t(), "part": base[1:3, 2:5],
            "expanded": base[0, :1].expand(5)}


def typed_state():
    numbers = torch.tensor([0, 1, 2, 3])
    tensors = {name: numbers.to(getattr(torch, name)) for name in TYPES}
    return tensors | {"scalar": torch.tensor(2.5), "empty": torch.empty(0, 3), "conj": torch.tensor([1 + 2j]).conj(),
                      "neg": torch.tensor([1 + 2j]).conj().imag}


def parameter_state():
    with_attribute = nn.Parameter(filled("with.attribute", (3,)))
    with_attribute.note = "kept by Python"
    return {"plain.weight": nn.Parameter(filled("plain.weight", (2, 3))), "with.attribute": with_attribute,
            "buffer": nn.Buffer(filled("buffer", (3,)))}


class Runs:
    def __reduce__(self):
        return os.system, ("echo a pickle was run",)


def readable_files():
    save("zip.pth", state())
    save("legacy.pth", state(), _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        save(f"protocol_{protocol}.pth", state(), pickle_protocol=protocol)
    save("legacy_protocol_4.pth", state(), pickle_protocol=4, _use_new_zipfile_serialization=False)
    save("checkpoint.pth", training_checkpoint())
    save("legacy_checkpoint.pth", training_checkpoint(), _use_new_zipfile_serialization=False)
    save("ema_inside.pth", {"ema": {"module": state("ema."), "decay": 0.9}, "network": {"weights": state()}})
    save("lightning.ckpt", lightning_checkpoint())
    for name, thing in {"shared": shared_state(), "types": typed_state(), "parameters": parameter_state()}.items():
        save(f"{name}.pth", thing)
        save(f"legacy_{name}.pth", thing, _use_new_zipfile_serialization=False)
    repack("compressed.pth", content(state()), method=zipfile.ZIP_DEFLATED)
    torch.serialization.set_crc32_options(False)
    save("no_crc.pth", state())
    torch.serialization.set_crc32_options(True)


def tied_safetensors():
    """Write a decoder that shares the encoder's weight; save_model writes it once and names it in the metadata."""
    model = nn.ModuleDict({"encoder": nn.Linear(4, 3), "decoder": nn.Linear(4, 3)})
    model["decoder"].weight = model["encoder"].weight
    with torch.no_grad():
        for key, tensor in model.named_parameters():
            tensor.copy_(filled(key, tensor.shape))
    save_model(model, str(PTH / "tied.safetensors"), {"note": "kept"})


def refused_files():
    big = lambda name, record: b"big" if name.endswith("/byteorder") else record
    repack("big_endian.pth", content(state()), big)
    legacy = content(state(), _use_new_zipfile_serialization=False)
    at = legacy.index(b"little_endian") + len("little_endian")  # followed by its index in the memo, then by True
    (PTH / "legacy_big_endian.pth").write_bytes(legacy[:at] + legacy[at:].replace(b"\x88", b"\x89", 1))
    save("module.pth", nn.Linear(4, 3))
    save("module_inside.pth", {"epoch": 3, "model": nn.Linear(4, 3)})
    save("runs.pth", {"weight": torch.ones(2), "x": Runs()})
    save("legacy_runs.pth", {"weight": torch.ones(2), "x": Runs()}, _use_new_zipfile_serialization=False)
    save("list.pth", [torch.ones(2)])
    save("no_state.pth", {"epoch": 3, "lr": 0.1})
    save("sparse.pth", {"weight": torch.eye(2).to_sparse()})
    save("quantized.pth", {"weight": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    PTH.mkdir(exist_ok=True)
    readable_files()
    tied_safetensors()
    refused_files()
