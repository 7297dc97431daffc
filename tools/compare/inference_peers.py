"""The peers' side of inference.py: networks with random weights as files, and a worker for each peer.

    python inference_peers.py versions
    python inference_peers.py prepare --model resnet18 --batch 8 --folder FOLDER
    python inference_peers.py eager|compile|onnxruntime|openvino|onnxruntime_int8|openvino_int8|openvino_bfloat16 --model resnet18 --batch 8 --threads 2 --folder FOLDER

`prepare` writes what FOLDER lacks: MODEL.pth (a state_dict; batch norm has the statistics of uniform noise),
MODEL_bBATCH.onnx (of that batch and no other) and MODEL_bBATCH.json (what PyTorch eager gives for the input); with
--int8 also MODEL_bBATCH_int8.onnx, which ONNX Runtime's static quantization makes of it: weights by channel, ranges of
the input alone, 7 bits of weights where the processor has no VNNI, as its documentation has it.
A worker runs the network once and prints {"outputs": [the first 8 numbers of row 0]}. For a line with a number of
seconds it runs once untimed, then again and again for so long, 3 times at least, and prints {"seconds": [of each run]}.
At "quit" or the end of its input it prints {"peak_mb": its largest resident memory in MiB}.
Every peer gets what it is fast with: PyTorch channels-last and inference mode (`compile` with frozen weights), the
others files of the very shape; OpenVINO computes in float32 as all do, and neither copies the input nor the output.
"""
import argparse
import importlib
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "tests" / "reference"
PEERS = ("eager", "compile", "onnxruntime", "openvino", "onnxruntime_int8", "openvino_int8", "openvino_bfloat16")
TORCHVISION = ("resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "alexnet")
TIMM = ("resnet50d", "seresnet50")
TABULAR = "tabular_resnet"
MODELS = (*TORCHVISION, *TIMM, TABULAR)
COLUMNS = 8


class Files:
    def __init__(self, folder, model, batch):
        self.weights = Path(folder) / f"{model}.pth"
        self.onnx, self.expected, self.int8, self.ours_int8 = (
            Path(folder) / f"{model}_b{batch}{end}"
            for end in (".onnx", ".json", "_int8.onnx", "_int8.safetensors"))


def shape_of(model, batch):
    return (batch, COLUMNS) if model == TABULAR else (batch, 3, 224, 224)


def make_input(model, batch):
    """x[i] = ((i * 7919) % 1000) / 500 - 1 of the flat index i, which repeats after 1000."""
    import numpy

    period = (numpy.arange(1000) * 7919 % 1000).astype(numpy.float32) / numpy.float32(500) - numpy.float32(1)
    return numpy.resize(period, shape_of(model, batch))


def build(model):
    if model == TABULAR:  # the sizes are our defaults
        from rtdl_revisiting_models import ResNet

        return ResNet(d_in=COLUMNS, d_out=1, n_blocks=4, d_block=192, d_hidden_multiplier=2.0, dropout1=0.15,
                      dropout2=0.0)
    sys.path.insert(0, str(REFERENCE))
    from torchvision_import import models

    if model in TORCHVISION:
        return getattr(models, model)()
    import timm

    # Otherwise the last scale of each block is 0, and outputs say nothing about the blocks.
    return timm.create_model(model, pretrained=False, zero_init_last=False)


def random_network(model):
    import torch

    torch.manual_seed(0)
    network = build(model)
    norms = [module for module in network.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None  # the plain mean over the batches
    with torch.no_grad():
        for _ in range(2 if norms else 0):
            network(torch.rand(shape_of(model, 256 if model == TABULAR else 4)) * 2 - 1)
    return network.eval()


def load(model, files):
    import torch

    with torch.device("meta"):
        network = build(model).eval()
    network.load_state_dict(torch.load(files.weights), assign=True)
    return network


def write(path, save):
    """A file is there whole or not at all."""
    part = path.with_name(path.name + ".part")
    save(str(part))
    os.replace(part, path)


def has_vnni():
    return "avx512_vnni" in Path("/proc/cpuinfo").read_text()


def quantize(options, files):
    from onnxruntime import quantization

    class Input(quantization.CalibrationDataReader):
        inputs = [{"x": make_input(options.model, options.batch)}]

        def get_next(self):
            return self.inputs.pop() if self.inputs else None

    with tempfile.TemporaryDirectory() as folder:
        ready = str(Path(folder) / "ready.onnx")
        quantization.shape_inference.quant_pre_process(str(files.onnx), ready)
        write(files.int8, lambda path: quantization.quantize_static(
            ready, path, Input(), per_channel=True, reduce_range=not has_vnni()))


def prepare(options):
    files = Files(options.folder, options.model, options.batch)
    prepare_float(options, files)
    if options.int8 and not files.int8.exists():
        quantize(options, files)


def prepare_float(options, files):
    import torch

    if not files.weights.exists():
        for old in files.weights.parent.glob(f"{options.model}_b*"):
            old.unlink()
        write(files.weights, lambda path: torch.save(random_network(options.model).state_dict(), path))
    if files.onnx.exists() and files.expected.exists():
        return
    network, x = load(options.model, files), torch.from_numpy(make_input(options.model, options.batch))
    with torch.inference_mode():
        row = network(x)[0]
    expected = {"outputs": row[:8].tolist(), "largest": row.abs().max().item()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this way of exporting is the older one
        write(files.onnx, lambda path: torch.onnx.export(network, (x,), path, dynamo=False, input_names=["x"],
                                                         output_names=["y"]))
    write(files.expected, lambda path: Path(path).write_text(json.dumps(expected) + "\n"))


def pytorch(options, files, compiled):
    import torch

    torch.set_num_threads(options.threads)
    network, x = load(options.model, files), torch.from_numpy(make_input(options.model, options.batch))
    if x.dim() == 4:
        network, x = (it.to(memory_format=torch.channels_last) for it in (network, x))
    if compiled:
        import torch._inductor.config

        torch._inductor.config.freezing = True
        network = torch.compile(network)

    @torch.inference_mode()
    def run():
        return network(x)

    return run


def onnxruntime(options, file):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])
    inputs = {"x": make_input(options.model, options.batch)}
    return lambda: session.run(None, inputs)[0]


def openvino(options, file, precision="f32"):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": precision}
    request = openvino.Core().compile_model(str(file), "CPU", settings).create_infer_request()
    inputs = {0: make_input(options.model, options.batch)}
    return lambda: request.infer(inputs, share_inputs=True, share_outputs=True)[0]


def peak_mb():
    # Not getrusage's figure: that one starts from the memory of the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def time_runs(run, wanted):
    run()
    seconds = []
    begin = before = time.perf_counter()
    while len(seconds) < 3 or before - begin < wanted:
        before = time.perf_counter()
        run()
        after = time.perf_counter()
        seconds.append(after - before)
        before = after
    return seconds


def work(options):
    # What libraries print goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    files = Files(options.folder, options.model, options.batch)
    make = {"eager": lambda: pytorch(options, files, compiled=False),
            "compile": lambda: pytorch(options, files, compiled=True),
            "onnxruntime": lambda: onnxruntime(options, files.onnx),
            "openvino": lambda: openvino(options, files.onnx),
            "onnxruntime_int8": lambda: onnxruntime(options, files.int8),
            "openvino_int8": lambda: openvino(options, files.int8),
            "openvino_bfloat16": lambda: openvino(options, files.onnx, "bf16")}
    run = make[options.action]()
    answer(outputs=[float(value) for value in run()[0][:8]])
    for line in sys.stdin:
        if line.strip() == "quit":
            break
        answer(seconds=time_runs(run, float(line)))
    answer(peak_mb=peak_mb())


def versions():
    found = {}
    for name in ("torch", "onnxruntime", "openvino"):
        try:
            found[name] = importlib.import_module(name).__version__.split("-")[0]
        except ImportError:
            found[name] = "none"
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("versions", "prepare", *PEERS))
    parser.add_argument("--model", choices=MODELS)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--folder")
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()
    if options.action == "versions":
        versions()
    elif options.action == "prepare":
        prepare(options)
    else:
        work(options)


if __name__ == "__main__":
    main()
