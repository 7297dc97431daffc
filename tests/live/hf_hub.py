"""Compare `predict --weights hf-hub:owner/name` with timm, and the cache with huggingface_hub, in both directions.

    python3 hf_hub.py <folder of the tools>

A local server answers as the Hugging Face Hub does, with weights and config.json as timm saves them. What the tool has
downloaded, huggingface_hub must find without asking, and the tool what huggingface_hub has downloaded. Expects every
probability to be equal within 1e-6.
"""
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LABELS = ["cat", "dog", "owl"]
HOME = Path(tempfile.mkdtemp())


class Hub(BaseHTTPRequestHandler):
    """Small files with git's SHA-1 as their tag; large ones are redirected to another host and have their SHA-256."""

    files, asked = {}, []

    def log_message(self, *_):
        self.asked.append((self.command, self.path))

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"X-Repo-Commit": COMMIT, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self):  # noqa: N802
        name = self.path.rsplit("/", 1)[1]
        body = self.files.get(name)
        if body is None:
            return self.answer(404, {"X-Error-Code": "EntryNotFound"})
        if self.path.startswith("/store/"):
            return self.answer(200, {}, body)
        if name.endswith(".json"):
            blob = hashlib.sha1(b"blob %d" % len(body) + bytes(1) + body).hexdigest()
            return self.answer(200, {"ETag": f'"{blob}"'}, body)
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        store = f"http://localhost:{SERVER.server_address[1]}/store/{name}"  # another host than 127.0.0.1
        return self.answer(302, {"Location": store, "X-Linked-ETag": tag, "X-Linked-Size": str(len(body))})

    do_HEAD = do_GET


# The packages read these variables when they are imported.
SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
os.environ.update(HOME=str(HOME), HF_HOME=str(HOME / "hf"), HF_HUB_DISABLE_XET="1",
                  HF_ENDPOINT=f"http://127.0.0.1:{SERVER.server_address[1]}")

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
import torchvision_import  # noqa: F401

import numpy as np
import timm
import torch
from huggingface_hub import hf_hub_download
from PIL import Image
from timm.data import create_transform, resolve_data_config
from timm.models._hub import save_for_hf

TOLERANCE = 1e-6


def predicted(tools, image, **variables):
    """Return the label and the probabilities."""
    command = [tools / "predict", "--weights", "hf-hub:owner/net", "--no-fuse", "--proba", "--threads", "1", image]
    run = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(run.stderr)
    row = next(csv.DictReader(io.StringIO(run.stdout)))
    return row["prediction"], torch.tensor([float(row["probability_" + label]) for label in LABELS])


def expected(image):
    """Return timm's answer, with the files of the cache."""
    network = timm.create_model("hf-hub:owner/net", pretrained=True).eval()
    transform = create_transform(**resolve_data_config(network.pretrained_cfg))
    with torch.no_grad():
        chances = network(transform(Image.open(image).convert("RGB"))[None]).softmax(1)[0]
    return LABELS[chances.argmax()], chances


def compare(name, found, wanted):
    difference = (found[1] - wanted[1]).abs().max().item()
    print(f"{name}: {found[0]}, largest difference {difference:.1e}")
    assert found[0] == wanted[0] and difference <= TOLERANCE


def main():
    tools = Path(sys.argv[1])
    torch.manual_seed(0)
    torch.set_num_threads(1)
    save_for_hf(timm.create_model("resnet18", num_classes=3), HOME / "net", model_config={"label_names": LABELS},
                safe_serialization=True)
    Hub.files = {path.name: path.read_bytes() for path in (HOME / "net").iterdir()}
    image = HOME / "waves.png"
    y, x = np.mgrid[:427, :640]
    Image.fromarray(np.stack([x % 256, y % 256, x * y % 256], -1).astype(np.uint8)).save(image)

    ours = predicted(tools, image)
    for name in Hub.files:
        hf_hub_download("owner/net", name, local_files_only=True)
    contents = [line for line in Hub.asked if line[0] == "GET" and line[1].endswith(tuple(Hub.files))]
    compare("downloaded by reszoo", ours, expected(image))
    assert [line for line in Hub.asked if line[0] == "GET" and line[1].endswith(tuple(Hub.files))] == contents

    shutil.rmtree(HOME / "hf")
    wanted = expected(image)
    compare("downloaded by Python", predicted(tools, image, HF_HUB_OFFLINE="1"), wanted)


if __name__ == "__main__":
    threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    try:
        main()
    finally:
        shutil.rmtree(HOME)
