"""Compare tables and model files in Amazon's S3, as moto serves it, with the same files on this computer.

    python3 remote_files.py <folder of the tools>

Exits with 77, which ctest calls skipped, where moto is not installed: pip install 'moto[server]'.
"""
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

try:
    import boto3
    from moto.server import ThreadedMotoServer
except ImportError as error:
    print(f"skipped: {error}; pip install 'moto[server]'")
    sys.exit(77)

TOOLS = Path(sys.argv[1])
HOME = Path(tempfile.mkdtemp())
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1"}


def run(*words, code=0, **variables):
    """Run a tool and return its output; stderr where it must fail, in one line."""
    command = [str(TOOLS / words[0]), *map(str, words[1:])]
    start = time.time()
    done = subprocess.run(command, env={**os.environ, **KEYS, **variables}, capture_output=True, text=True)
    assert done.returncode == code, (command, done.returncode, done.stderr)
    assert "FinalizeS3" not in done.stderr, done.stderr
    print(f"{time.time() - start:6.2f} s  {' '.join(command[1:6])}")
    if code != 0:
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr
    return done.stdout


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    KEYS["AWS_ENDPOINT_URL"] = url
    s3 = boto3.client("s3", endpoint_url=url, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1")
    s3.create_bucket(Bucket="shop")

    rng = np.random.default_rng(0)
    rows = 8_000
    table = pd.DataFrame({f"x{i}": rng.normal(size=rows) for i in range(12)})
    table["kind"] = rng.choice(["red", "green", "blue"], rows)
    table["price"] = 3 * table.x0 - table.x1 + (table.kind == "red") + 0.1 * rng.normal(size=rows)
    table.to_csv(HOME / "all.csv", index=False)
    table.to_parquet(HOME / "all.parquet", row_group_size=1_000)
    table.head(2000).to_csv(HOME / "few.csv.gz", index=False)
    for part, piece in enumerate(table.iloc[k::4] for k in range(4)):
        piece.to_parquet(HOME / f"part-{part}.parquet")
        s3.upload_file(str(HOME / f"part-{part}.parquet"), "shop", f"parts/day={part}/part-{part}.parquet")
    s3.put_object(Bucket="shop", Key="parts/_SUCCESS", Body=b"")
    for name in ("all.csv", "all.parquet", "few.csv.gz"):
        s3.upload_file(str(HOME / name), "shop", f"tables/{name}")

    train = ["--target", "price", "--recipe", "paper", "--epochs", "1", "--threads", "1", "--device", "cpu", "--json"]
    run("train", "--data", "s3://shop/parts/", "--out", HOME / "out", "--ignore-features", "day", *train)
    model = HOME / "out/model.safetensors"
    s3.upload_file(str(model), "shop", "models/model.safetensors")
    for name in ("all.csv", "all.parquet", "few.csv.gz"):
        here = run("predict", "--weights", model, HOME / name, "--threads", "1")
        there = run("predict", "--weights", "s3://shop/models/model.safetensors", f"s3://shop/tables/{name}", "--threads", "1")
        assert here == there, name
    host = url.removeprefix("http://")
    by_url = run("predict", "--weights", model, f"s3://key:secret@shop/tables/few.csv.gz?endpoint_override={host}&scheme=http",
                 "--threads", "1", AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_ACCESS_KEY_ID="")
    assert by_url == run("predict", "--weights", model, HOME / "few.csv.gz", "--threads", "1")

    lost = run("predict", "--weights", model, "s3://shop/lost.csv", code=1)
    assert "s3://shop/lost.csv: there is no such file" in lost, lost
    mall = run("predict", "--weights", model, "s3://mall/all.csv", code=1)
    assert "there is no such bucket" in mall, mall
    down = run("predict", "--weights", model, "s3://shop/tables/all.csv", code=1, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert "the connection failed" in down, down
    server.stop()


if __name__ == "__main__":
    main()
