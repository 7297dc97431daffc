"""Compare the classes of an ONNX file in ONNX Runtime and OpenVINO with those of `predict`.

    python onnx_classes.py MODEL.onnx IMAGES.idx PREDICTIONS.csv [--batch 100]

MODEL.onnx is what `convert` writes of a model file of images, in float32 or int8, with --pipeline or without; in the latter
case images must need no resizing. IMAGES.idx holds gray images as bytes, plain or .gz; PREDICTIONS.csv is what
`predict --out` wrote for them, in this order. Prints for each runtime the share of images with the same class, and
images per second. Needs onnxruntime and openvino.
"""
import argparse
import csv
import gzip
import json
import time

import numpy as np
import onnxruntime
import openvino


def read_images(path):
    """Read the unsigned bytes of an IDX file; its header is 4 bytes and 4 more for each axis."""
    data = open(path, "rb").read()
    data = gzip.decompress(data) if path.endswith(".gz") else data
    axes = data[3]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(np.frombuffer(data, ">u4", axes, 4))


def prepared(images, name, image):
    """Return a batch as the file's input takes it."""
    pixels = np.repeat(images[..., None], image["channels"], 3)
    if name == "images":
        return pixels
    mean, std = image["mean"] or [0] * image["channels"], image["std"] or [1] * image["channels"]
    scaled = (pixels.astype(np.float32) / 255 - np.float32(mean)) / np.float32(std)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def runtimes(path, outputs):
    options = onnxruntime.SessionOptions()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    yield "onnxruntime", lambda x: session.run(outputs, {session.get_inputs()[0].name: x})[0]
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    yield "openvino", lambda x: compiled([x])[outputs[0]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("images")
    parser.add_argument("predictions")
    parser.add_argument("--batch", type=int, default=100)
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    card = json.loads(session.get_modelmeta().custom_metadata_map["reszoo"])
    name = session.get_inputs()[0].name
    images = read_images(options.images)
    with open(options.predictions, newline="") as file:
        wanted = [row["prediction"] for row in csv.DictReader(file)]
    assert len(wanted) == len(images), (len(wanted), len(images))
    for runtime, run in runtimes(options.model, ["label" if name == "images" else "probabilities"]):
        found, seconds = [], 0
        for first in range(0, len(images), options.batch):
            batch = prepared(images[first:first + options.batch], name, card["image"])
            began = time.perf_counter()
            answer = run(batch)
            seconds += time.perf_counter() - began
            found += list(answer) if name == "images" else [card["target"]["classes"][i] for i in answer.argmax(1)]
        same = np.mean([str(a) == b for a, b in zip(found, wanted)])
        print(f"{runtime:12} same class {100 * same:.2f} %, {len(images) / seconds:.0f} images/s")


if __name__ == "__main__":
    main()
