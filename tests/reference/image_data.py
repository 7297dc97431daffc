"""Make files of image data sets as other packages write them: tar archives, Parquet files of images, CIFAR's pickles.

Files are in hexadecimal digits. Images are PNG files of 2 x 2 pixels of one gray value.
"""
import gzip
import io
import json
import pickle
import tarfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from fixture_json import source, write
from numpy_pickles import numpy1, python2

SIDE, PIXELS = 32, 3072


def png(value):
    buffer = io.BytesIO()
    Image.new("L", (2, 2), value).save(buffer, "PNG")
    return buffer.getvalue()


def tar(members, form=tarfile.GNU_FORMAT):
    """Return an archive of (name, content); a content that is text is the target of a symbolic link, None is a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, bufsize=512) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def samples(kind, labels):
    """Return samples as WebDataset writes them: an image, its label, and a text that is no label."""
    members = []
    for i, label in enumerate(labels):
        content = json.dumps({"label": label, "width": 2}).encode() if kind == "json" else f"{label}\n".encode()
        members += [(f"{i:06}.png", png(10 * i)), (f"{i:06}.{kind}", content), (f"{i:06}.extra", b"\0\1")]
    return members


def class_folders():
    long = "a/" + "very/" * 40 + "long/"  # longer than the 100 + 155 bytes of ustar
    return [("./cat", None), ("./cat/1.png", png(10)), ("./cat/2.png", png(20)), ("dog/é/3.png", png(30)),
            ("dog/" + long + "4.png", png(40)), ("dog/link.png", "3.png"), ("notes.txt", b"made by hand"),
            ("dog/._3.png", b"resource fork"), ("cat/5.png", b"")]


def archives():
    plain = tar(class_folders())
    return {"GNU": plain, "pax": tar(class_folders(), tarfile.PAX_FORMAT),
            "ustar": tar([m for m in class_folders() if "very" not in m[0]], tarfile.USTAR_FORMAT),
            "gzip": gzip.compress(plain, mtime=0), "cls": tar(samples("cls", [3, 11, 3, 7])),
            "json": tar(samples("json", ["owl", "cat", "owl", "dog"])), "txt": tar(samples("txt", ["a b", "c", "c", "a b"])),
            "numbers": tar(samples("json", [0.5, 1.25, -3, 8])), **lists_in_archives()}


def lists_in_archives():
    def labels(*lists):
        members = []
        for i, label in enumerate(lists):
            members += [(f"{i:06}.png", png(10 * i)), (f"{i:06}.json", json.dumps({"labels": label, "width": 2}).encode())]
        return tar(members)

    return {"lists": labels(["golden retriever", "grass"], [], ["grass"], "sky"), "lists of numbers": labels([7, 3], [3], [7]),
            "zeros and ones": labels([0, 1, 1], [1, 0, 0]), "reals": labels([0.5, 1]), "no label": labels(["", "a"]),
            "lists inside": labels([["a"]])}


def parquet(columns, features=None, **options):
    table = pa.table(columns)
    if features:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def image_cells(values):
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return pa.array([v if v is None else {"bytes": png(v), "path": f"{v}.png"} for v in values], kind)


def parquets():
    names = {"label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}, "image": {"_type": "Image"}}
    values = [10, 20, 30, 40, 50]
    return {"datasets": parquet({"image": image_cells(values), "label": pa.array([2, 0, 0, 1, 2])}, names, row_group_size=2),
            "unknown labels": parquet({"image": image_cells(values), "label": pa.array([2, 0, -1, 1, -1])}, names),
            "binary": parquet({"id": pa.array(range(3)), "png": pa.array([png(v) for v in (1, 2, 3)], pa.binary()),
                               "target": pa.array(["a", "b", "a"])}, compression="zstd"),
            "several": parquet({"image": image_cells([1, 2, 3]), "tags": pa.array(["x|y", "", "y"])}),
            **lists_in_columns(),
            "a missing image": parquet({"image": image_cells([1, None, 3]), "label": pa.array(["a", "b", "a"])}),
            "a table": parquet({"blob": pa.array([b"no image", b"nor this"]), "label": pa.array(["a", "b"])})}


def lists_in_columns():
    images, cells = image_cells([1, 2, 3, 4]), [["a b", "c"], [], None, ["c"]]
    numbers = [[2, 0], [], None, [0]]
    names = {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}
    features = {"image": {"_type": "Image"}, "labels": {"feature": names, "_type": "Sequence"}}
    column = lambda kind, values=cells: {"image": images, "labels": pa.array(values, kind)}
    return {"lists": parquet(column(pa.list_(pa.string()))), "large lists": parquet(column(pa.large_list(pa.string()))),
            "fixed lists": parquet(column(pa.list_(pa.int32(), 2), [[1, 2], [3, 2], [1, 3], [2, 3]])),
            "lists of classes": parquet(column(pa.list_(pa.int64()), numbers), features, row_group_size=3),
            "lists of classes, as a list": parquet(column(pa.list_(pa.int64()), numbers), features | {"labels": [names]}),
            "lists of too many classes": parquet(column(pa.list_(pa.int64()), [[0], [3], [], []]), features),
            "lists with a gap": parquet(column(pa.list_(pa.string()), [["a"], ["b", None], [], []])),
            "lists of reals": parquet(column(pa.list_(pa.float32()), [[0.5]] * 4))}


def batch(values, labels, key="labels"):
    """Return a batch of CIFAR: an image is its value in the red plane, then 1 and 2 more in the others."""
    data = np.stack([np.repeat(np.array([v, v + 1, v + 2], dtype=np.uint8), PIXELS // 3) for v in values])
    return {"batch_label": "training batch 1 of 5", key: labels, "data": data, "filenames": [f"{v}.png" for v in values]}


def cifar():
    names = {"label_names": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
             "num_cases_per_batch": 10000, "num_vis": PIXELS}
    bad = {"data": np.zeros((2, 5), dtype=np.uint8), "labels": [0, 1]}
    return {"data_batch_1": python2(batch([5, 90], [3, 9])), "data_batch_2": numpy1(pickle.dumps(batch([40], [0]), protocol=2)),
            "test_batch": pickle.dumps(batch([7], [1]), protocol=4), "batches.meta": python2(names),
            "train": python2(batch([11, 60], [93, 7], "fine_labels") | {"coarse_labels": [1, 2]}),
            "meta": python2({"fine_label_names": [f"class{i}" for i in range(100)], "coarse_label_names": ["x"] * 20}),
            "bad shape": pickle.dumps(bad, protocol=4), "bad class": pickle.dumps(batch([1], [10]), protocol=4),
            "no labels": pickle.dumps({"data": bad["data"]}, protocol=4)}


if __name__ == "__main__":
    groups = {"tar": archives(), "parquet": parquets(), "cifar": cifar()}
    write("image_data.json", {"source": source("numpy", "pyarrow", "pillow")} |
          {group: {name: content.hex() for name, content in files.items()} for group, files in groups.items()})
