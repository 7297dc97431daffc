"""Make pickles of NumPy arrays, valid and invalid ones, like those in the model zoos of detectron2 and Detectron.

A record has the file in hexadecimal digits and, for an invalid file, words of the error message. Values come
from `fill`, or are 0, 1, 2, 3.
"""
import io
import pickle
import struct

import numpy as np

from fill import fill
from fixture_json import source, write

SHAPES = {"stem.conv1.weight": (3, 2, 2, 2), "stem.conv1.norm.running_var": (3,), "fc.weight": (4, 3)}
TYPES = "float32 float64 float16 int64 int32 int16 int8 uint8 bool uint16 uint32 uint64".split()


def arrays():
    made = {key: np.array(fill(key, shape), dtype=np.float32) for key, shape in SHAPES.items()}
    made["fortran"] = np.asfortranarray(np.array(fill("fortran", (2, 3, 4)), dtype=np.float32))
    made["strided"] = np.array(fill("strided", (4, 6)), dtype=np.float32)[::2, 1::2]
    made["scalar"] = np.array(7, dtype=np.int64)
    made["empty"] = np.zeros((0, 3), dtype=np.float32)
    made |= {name: np.arange(4).astype(name) for name in TYPES}
    made["again"] = made["fc.weight"]
    return made


class Python2(pickle._Pickler):
    """Writes text and bytes as Python 2 does, and the names of NumPy 1."""
    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, text):
        content = text.encode() if isinstance(text, str) else text
        head = b"U" + bytes([len(content)]) if len(content) < 256 else b"T" + struct.pack("<i", len(content))
        self.write(head + content)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_text


def python2(thing):
    buffer = io.BytesIO()
    Python2(buffer, protocol=2).dump(thing)
    return numpy1(buffer.getvalue())


def numpy1(data):
    """Return a pickle with the names that NumPy 1 wrote; protocol 2 ends them with a line break."""
    return data.replace(b"numpy._core", b"numpy.core")


class Runs:
    def __reduce__(self):
        import os
        return os.system, ("true",)


def record(data, refused=None):
    return {"content": data.hex()} | ({"refused": refused} if refused else {})


def model(weights):
    return {"model": weights, "__author__": "reszoo", "matching_heuristics": True}


def main():
    records = {f"detectron2, protocol {p}": record(pickle.dumps(model(arrays()), protocol=p)) for p in range(2, 6)}
    records["detectron2, protocol 2, NumPy 1"] = record(numpy1(pickle.dumps(model(arrays()), protocol=2)))
    records["arrays alone"] = record(pickle.dumps(arrays(), protocol=4))
    blobs = arrays() | {"fc.weight_momentum": np.zeros((4, 3), dtype=np.float32), "weight_order": "fc.weight"}
    records["Detectron, Python 2"] = record(python2({"blobs": blobs, "cfg": "MODEL: x"}))
    one = np.arange(4, dtype=np.float32)
    for name, thing, message in [
            ("big endian", {"x": one.astype(">f4")}, "array \"x\": its numbers are big endian"),
            ("objects", {"x": np.array([None, 1], dtype=object)}, "array \"x\": has the type O8, which is not read"),
            ("complex", {"x": one.astype(np.complex64)}, "array \"x\": has the type c8, which is not read"),
            ("dates", {"x": np.array(["2020-01-01"], dtype="M8[D]")}, "array \"x\": has the type M8, which is not read"),
            ("structure", {"x": np.zeros(2, dtype=[("a", "f4")])}, "array \"x\": has the type V4, which is not read"),
            ("no arrays", {"model": {"epoch": 3}}, "holds no state_dict but a dictionary with model"),
            ("runs", {"model": {"x": one}, "y": Runs()}, "the pickle names posix.system"),
    ]:
        records[name] = record(pickle.dumps(thing, protocol=4), message)
    write("numpy_pickles.json", {"source": source("numpy"), "records": records})


if __name__ == "__main__":
    main()
