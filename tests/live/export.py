"""Run the files of live_rows in ONNX Runtime and in Python's TorchScript, and compare the outputs.

    python export.py PROGRAM [LABEL...]

For each case: onnx.checker accepts the file; its weights have the keys of the state_dict; ONNX Runtime's outputs
are within 1e-4 of the largest value for batches of one and three with different sizes; torch.jit.load returns the
state_dict's keys in order and the same outputs; nothing in the script is named dropout.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file

TOLERANCE = 1e-4


def difference(found, wanted):
    """Return the largest difference relative to the largest value."""
    assert found.shape == wanted.shape, (found.shape, wanted.shape)
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def check_onnx(path, keys, answers):
    onnx.checker.check_model(path, full_check=True)  # by path: some weights are in a second file next to it
    model = onnx.load(path, load_external_data=False)
    names = {tensor.name for tensor in model.graph.initializer}
    # The counter does not affect the outputs. All other keys of the state_dict must be present, and no others.
    wanted = {key for key in keys if not key.endswith("num_batches_tracked")}
    assert names == wanted, names ^ wanted
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    assert [value.name for value in session.get_inputs()] == ["input"]
    return max(difference(session.run(["logits"], {"input": answers["input." + name]})[0], answers["logits." + name])
               for name in ("one", "three"))


def check_script(path, keys, label, answers):
    texts = {"label": ""}
    script = torch.jit.load(path, _extra_files=texts)
    assert texts["label"].decode() == label
    assert list(script.state_dict()) == keys
    assert not script.training and "dropout" not in str(script.inlined_graph)
    with torch.no_grad():
        return max(difference(script(torch.from_numpy(answers["input." + name])).numpy(), answers["logits." + name])
                   for name in ("one", "three"))


def main():
    program, *labels = sys.argv[1:]
    torch.set_num_threads(1)
    labels = labels or subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    largest = {"onnx": 0.0, "script": 0.0}
    wrong = 0
    for label in labels:
        with tempfile.TemporaryDirectory() as folder:
            try:
                subprocess.run([program, label, folder], check=True)
                keys = json.loads(Path(folder, "keys.json").read_text())
                answers = load_file(Path(folder, "answers.safetensors"))
                found = {"onnx": check_onnx(str(Path(folder, "network.onnx")), keys, answers),
                         "script": check_script(str(Path(folder, "network.pt")), keys, label, answers)}
            except Exception as error:  # the remaining cases are still tested
                print(f"{label}: {type(error).__name__}: {str(error)[:1000]}")
                wrong += 1
                continue
        wrong += max(found.values()) > TOLERANCE
        largest = {kind: max(largest[kind], value) for kind, value in found.items()}
        print(f"{label:34} onnx {found['onnx']:.1e}  script {found['script']:.1e}", flush=True)
    print(f"{len(labels)} cases, {wrong} wrong; largest difference: "
          f"onnx {largest['onnx']:.1e}, script {largest['script']:.1e}")
    sys.exit(1 if wrong or not labels else 0)


if __name__ == "__main__":
    main()
