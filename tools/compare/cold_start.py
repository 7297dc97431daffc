"""Compare the time from nothing to the class of one image: our predict, PyTorch, and ONNX Runtime, side by side.

    python cold_start.py TOOLS IMAGE [--model resnet50] [--threads 2] [--rounds 7] [--work FOLDER]

TOOLS is the folder of the release build's tools. A round starts each contender once, in turn, as a process of its own:
ours on a `.pth`, Python with torchvision on the same file, Python with onnxruntime on the same network as ONNX. All
decode the JPEG, resize to 256, crop to 224, normalise, run, and print the likeliest class, which must be the same.
A figure is the median over the rounds in seconds, with the files in the page cache. Needs tests/reference/requirements.txt
and onnxruntime.
"""
import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "tests" / "reference"

PYTORCH = """
import sys
sys.path.insert(0, sys.argv[1])
from torchvision_import import torchvision
import torch
from PIL import Image
from torchvision.transforms import v2
torch.set_num_threads(int(sys.argv[5]))
network = torchvision.models.get_model(sys.argv[2])
network.load_state_dict(torch.load(sys.argv[3], weights_only=True))
network.eval()
prepare = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.transforms()
with torch.inference_mode():
    print(network(prepare(Image.open(sys.argv[4]).convert("RGB")).unsqueeze(0)).argmax().item())
"""

ONNXRUNTIME = """
import sys
import numpy as np
import onnxruntime
from PIL import Image
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[3])
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
image = Image.open(sys.argv[2]).convert("RGB")
scale = 256 / min(image.size)
image = image.resize((int(image.width * scale), int(image.height * scale)), Image.BILINEAR)
left, top = (image.width - 224) // 2, (image.height - 224) // 2
x = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
x = (x - np.array([0.485, 0.456, 0.406], np.float32)) / np.array([0.229, 0.224, 0.225], np.float32)
print(session.run(None, {session.get_inputs()[0].name: x.transpose(2, 0, 1)[None]})[0].argmax())
"""


def prepare(model, work):
    """Random weights whose classes differ, as .pth and .onnx."""
    weights, onnx = work / f"{model}.cold.pth", work / f"{model}.cold.onnx"
    if weights.exists() and onnx.exists():
        return weights, onnx
    sys.path.insert(0, str(REFERENCE))
    from torchvision_import import torchvision
    import torch

    torch.manual_seed(0)
    network = torchvision.models.get_model(model)
    with torch.no_grad():
        network.train()(torch.randn(8, 3, 64, 64))  # statistics of the norms
    network.eval()
    torch.save(network.state_dict(), weights)
    torch.onnx.export(network, (torch.randn(1, 3, 224, 224),), str(onnx), dynamo=False)
    return weights, onnx


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", type=Path)
    parser.add_argument("image", type=Path)
    parser.add_argument("--model", default="resnet50")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    weights, onnx = prepare(options.model, work)
    threads = str(options.threads)
    commands = {
        "reszoo": [options.tools / "predict", "--weights", weights, "--model", options.model, "--threads", threads,
                   "--topk", "1", "--json", options.image],
        "PyTorch": [sys.executable, "-W", "ignore", "-c", PYTORCH, REFERENCE, options.model, weights, options.image, threads],
        "ONNX Runtime": [sys.executable, "-c", ONNXRUNTIME, onnx, options.image, threads],
    }
    seconds = {name: [] for name in commands}
    answers = {}
    for _ in range(options.rounds):
        for name, command in commands.items():
            begin = time.perf_counter()
            done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
            seconds[name].append(time.perf_counter() - begin)
            answers[name] = done.stdout.strip().splitlines()[-1]
    ours = statistics.median(seconds["reszoo"])
    for name in commands:
        median = statistics.median(seconds[name])
        print(f"{name}: {median:.3f} s, ours is {ours / median:.2f} of it; answer {answers[name][:80]}")


main()
