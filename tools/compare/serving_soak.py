"""Send a server of models thousands of wrong requests, and reload its model under load, watching its memory.

    python serving_soak.py TOOLS MODEL.safetensors [--bad 10000] [--reloads 1000]

TOOLS is the folder of the tools (build/release/tools), MODEL a model of a table. Fails if the server ends, answers a
wrong request with success, loses a good request, or holds much more memory at the end than after a tenth of the work.
"""
import argparse
import http.client
import json
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path


def resident(pid):
    """Returns the memory in use, MiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def ask(port, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def send(port, data, waits=True):
    """Sends bytes as they are. Returns the status of the answer, or 0; also without waiting for it."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096) if waits else b""
        except OSError:
            return 0
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def wrong_requests(row, rng):
    """Returns a wrong request of a random kind: a function of the port that returns the status."""
    text = json.dumps(row).encode()
    column = rng.choice(sorted(row))
    infer = "/v2/models/m/infer"
    tensor = {"name": column, "datatype": "FP64", "shape": [rng.randrange(-2, 1 << 50)], "data": [1, 2]}
    noise = rng.randbytes(rng.randrange(1, 3000))
    cut = text[: rng.randrange(1, len(text) - 1)]
    head = b"POST /predict HTTP/1.1\r\nHost: a\r\n"
    return rng.choice([
        lambda port: ask(port, "POST", "/predict", cut, {"Content-Type": "application/json"})[0],
        lambda port: ask(port, "POST", "/predict", json.dumps({**row, column: [1]}))[0],
        lambda port: ask(port, "POST", "/predict", json.dumps({name: row[name] for name in row if name != column}))[0],
        lambda port: ask(port, "POST", "/predict", noise, {"Content-Type": rng.choice(
            ["text/csv", "image/jpeg", "application/json", "multipart/form-data; boundary=x", "a/b"])})[0],
        lambda port: ask(port, "POST", infer, json.dumps({"inputs": [tensor]}))[0],
        lambda port: ask(port, "POST", infer, noise, {"Inference-Header-Content-Length": str(rng.randrange(9999))})[0],
        lambda port: ask(port, "POST", "/v2/models/none/infer", text)[0],
        lambda port: ask(port, rng.choice(["GET", "PUT", "DELETE"]), "/predict")[0],
        lambda port: ask(port, "GET", "/" + "x" * rng.randrange(9000))[0],
        lambda port: send(port, noise),
        lambda port: send(port, head + b"Content-Length: 5000\r\n\r\n" + text, waits=False),
        lambda port: send(port, head + b"X: " + b"y" * rng.randrange(100_000) + b"\r\n\r\n"),
        lambda port: send(port, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + noise),
    ])


def good_clients(port, row, stopped, lost):
    body = json.dumps(row)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not stopped.is_set():
        connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            lost.append(answer.status)


def row_of(port):
    """Returns a row that the model takes."""
    columns = json.loads(ask(port, "GET", "/card")[1])["columns"]
    return {column["name"]: column["words"][-1] if column["kind"] == "category" else column["median"]
            for column in columns}


def reloads(server, port, model, count):
    """Touches the model's file and asks for a reload; returns the memory after each tenth."""
    sizes = []
    for i in range(count):
        before = json.loads(ask(port, "GET", "/card")[1])["version"]
        server.send_signal(signal.SIGHUP)
        for _ in range(6000):
            if json.loads(ask(port, "GET", "/card")[1])["version"] > before:
                break
            time.sleep(0.005)
        else:
            raise SystemExit("a reload did not happen")
        if (i + 1) % max(count // 10, 1) == 0:
            sizes.append(resident(server.pid))
    return sizes


def check_growth(what, sizes):
    print(what, "MiB:", ", ".join(f"{size:.0f}" for size in sizes), flush=True)
    if sizes[-1] > 1.3 * sizes[0] + 32:
        raise SystemExit(f"{what}: the memory grows")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--bad", type=int, default=10_000)
    parser.add_argument("--reloads", type=int, default=1000)
    options = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        model = Path(folder) / "m.safetensors"
        shutil.copy(options.model, model)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = subprocess.Popen([options.tools / "serve", "--weights", model, "--port", str(port)],
                                  stderr=subprocess.PIPE, text=True)
        print(server.stderr.readline().strip())
        lines = []
        threading.Thread(target=lambda: lines.extend(server.stderr), daemon=True).start()
        row = row_of(port)
        sizes, statuses = [], {}
        for i in range(options.bad):
            status = wrong_requests(row, rng)(port)
            statuses[status] = statuses.get(status, 0) + 1
            if (i + 1) % max(options.bad // 10, 1) == 0:
                sizes.append(resident(server.pid))
        print("wrong requests by status:", dict(sorted(statuses.items())))
        if any(200 <= status < 300 or status >= 500 for status in statuses):
            raise SystemExit("a wrong request succeeded, or the server failed")
        check_growth("after wrong requests", sizes)
        stopped, lost = threading.Event(), []
        clients = [threading.Thread(target=good_clients, args=(port, row, stopped, lost)) for _ in range(4)]
        for client in clients:
            client.start()
        sizes = reloads(server, port, model, options.reloads)
        stopped.set()
        for client in clients:
            client.join()
        check_growth("after reloads under load", sizes)
        served = ask(port, "GET", "/metrics")[1].decode()
        print("good requests:", re.search(r'route="predict",code="200"} (\d+)', served)[1], "lost:", len(lost))
        server.terminate()
        print("exit code:", server.wait())
        if lost or server.returncode != 0:
            raise SystemExit("requests were lost, or the server did not end well")


main()
