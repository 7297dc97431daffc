"""A usual Python server of a network, for serving.py: FastAPI with PyTorch or ONNX Runtime.

    python serving_peer.py torch|onnxruntime NETWORK PORT WIDTH...

NETWORK is a TorchScript or ONNX file. POST /predict takes one float32 input of shape WIDTH as bytes, and answers
{"outputs": [...]}. The network runs in the thread pool of the framework, as its documentation advises.
"""
import sys

import numpy
import uvicorn
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool


def torch_network(path):
    import torch

    network = torch.jit.freeze(torch.jit.load(path).eval())

    def run(values):
        with torch.inference_mode():
            return network(torch.from_numpy(values)).numpy()

    return run


def onnx_network(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda values: session.run(None, {name: values})[0]


def main():
    kind, path, port, *width = sys.argv[1:]
    run = {"torch": torch_network, "onnxruntime": onnx_network}[kind](path)
    shape = (1, *map(int, width))
    app = FastAPI()

    @app.get("/ready")
    async def ready():
        return {"ready": True}

    @app.post("/predict")
    async def predict(request: Request):
        values = numpy.frombuffer(bytearray(await request.body()), numpy.float32).reshape(shape)
        outputs = await run_in_threadpool(run, values)
        return {"outputs": outputs.ravel().tolist()}

    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


main()
