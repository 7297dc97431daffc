"""Compare serving a model over HTTP with FastAPI and PyTorch or ONNX Runtime.

    python serving.py TOOLS MODEL.safetensors --shape 3 224 224 [--clients 64] [--seconds 10] [--contenders serve torch onnxruntime]

TOOLS is the folder of the tools (build/release/tools). All contenders are asked for the same random input, one row or
image a request, as float32 bytes: `serve` by the Open Inference Protocol's binary extension, the others as in
serving_peer.py. `convert` makes their networks. For each, wrk measures the throughput with --clients connections that
ask without a pause, and then the latency with half of that load: each connection pauses between two requests.
`bench` is the throughput of the network alone, in batches of the best size. Processor time is that of the server.
Needs wrk (Debian's package), fastapi, uvicorn, and what the contenders need.
"""
import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy

LOAD = """
wrk.method = "POST"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
{headers}
local pause = {pause}
if pause > 0 then
  function delay() return math.random(0, 2 * pause) end
end
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def output(command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


class Server:
    def __init__(self, command, port, path):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + path)
                return
            except OSError:
                time.sleep(0.1)
                if self.process.poll() is not None:
                    break
        raise SystemExit(f"{command[0]}: does not start")

    def ticks(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")")[-1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def load(server, path, body, headers, options, folder, pause=0):
    """Returns requests a second, the 99th percentile in ms, processor seconds per request, and failed requests."""
    (folder / "body").write_bytes(body)
    lines = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())
    script = folder / "load.lua"
    script.write_text(LOAD.format(body=folder / "body", headers=lines, pause=pause))
    before = server.ticks()
    said = output(["wrk", "-t1", f"-c{options.clients}", f"-d{options.seconds}", "--latency", "-s", script,
                   server.url + path])
    busy = server.ticks() - before
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    slowest = float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    count = int(re.search(r"(\d+) requests in", said)[1])
    return rate, slowest, busy / max(count, 1), int(failed[1]) if failed else 0


def contenders(tools, model, shape, values, folder):
    """Yields for each contender: its name, command, port, path when ready, path, body, headers."""
    head = json.dumps({"inputs": [{"name": "input", "datatype": "FP32", "shape": [1, *shape],
                                   "parameters": {"binary_data_size": len(values)}}]}).encode()
    port = free_port()
    yield ("serve", [tools / "serve", "--weights", f"m={model}", "--port", port], port, "/v2/health/ready",
           "/v2/models/m/infer", head + values,
           {"Inference-Header-Content-Length": len(head), "Content-Type": "application/octet-stream"})
    for name, ending in (("torch", ".pt"), ("onnxruntime", ".onnx")):
        network = folder / ("network" + ending)
        output([tools / "convert", model, network])
        port = free_port()
        peer = [sys.executable, Path(__file__).with_name("serving_peer.py"), name, network, port, *shape]
        yield name, peer, port, "/ready", "/predict", values, {"Content-Type": "application/octet-stream"}


def best_batch(tools, model, shape):
    """Returns the rows or images a second of the network alone, and the size of the batch."""
    rates = {}
    size = ["--input-size", ",".join(map(str, shape))] if len(shape) == 3 else []
    for batch in (1, 8, 64, 256) if len(shape) == 1 else (1, 4, 16):
        said = output([tools / "bench", "--weights", model, "--batch-size", batch, *size, "--seconds", 1, "--json"])
        rates[batch] = json.loads(said.splitlines()[-1])["median"]
    best = max(rates, key=rates.get)
    return rates[best], best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--shape", type=int, nargs="+", required=True, help="of one input: 3 224 224, or its columns")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--contenders", nargs="+", default=["serve", "torch", "onnxruntime"])
    options = parser.parse_args()
    values = numpy.random.default_rng(0).normal(size=options.shape).astype(numpy.float32).tobytes()
    rate, batch = best_batch(options.tools, options.model, options.shape)
    print(f"bench: {rate:.0f} a second in batches of {batch}")
    print("| server | requests/s | of bench | server's processor ms a request | requests/s at half load | p99 at half load, ms | failed |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for who, command, port, ready, path, body, headers in contenders(options.tools, options.model, options.shape,
                                                                         values, folder):
            if who not in options.contenders:
                continue
            with Server(command, port, ready) as server:
                load(server, path, body, headers, argparse.Namespace(clients=options.clients, seconds=2), folder)
                most, _, busy, failed = load(server, path, body, headers, options, folder)
                pause = round(1e3 * options.clients / most)  # so long a connection waits for an answer now
                half, slowest, _, more = load(server, path, body, headers, options, folder, pause)
            print(f"| {who} | {most:.0f} | {most / rate:.2f} | {1e3 * busy:.3f} | {half:.0f} | {slowest:.1f} | "
                  f"{failed + more} |", flush=True)


main()
