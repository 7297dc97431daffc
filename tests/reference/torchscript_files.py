"""Make TorchScript files: rtdl's ResNet scripted, traced and frozen, with filled weights.

Frozen without `optimize_numerics`: PyTorch 2.13 folds a batch norm into the linear layer before it even if
a shortcut reads that layer too, which makes the outputs of the frozen network wrong.
The debug records, which contain paths of source files, are removed from the archives.
"""
import io
import warnings

import torch
from rtdl_revisiting_models import ResNet

from fixture_json import FOLDER, sample, source, write
from network_fixture import fill_state, uniform_tensor

OPTIONS = {"features": 8, "outputs": 3, "blocks": 2, "width": 16, "hidden_factor": 2.0, "dropout": 0.1}
INPUT_SHAPE = [4, OPTIONS["features"]]
WRITTEN_BY_THE_WRITER = ("version", ".data/version", ".data/serialization_id")


def tabular_model():
    model = ResNet(d_in=OPTIONS["features"], d_out=OPTIONS["outputs"], n_blocks=OPTIONS["blocks"],
                   d_block=OPTIONS["width"], d_hidden_multiplier=OPTIONS["hidden_factor"],
                   dropout1=OPTIONS["dropout"], dropout2=0.0)
    return fill_state(model).eval()


def save(module, path):
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    buffer.seek(0)
    reader = torch._C.PyTorchFileReader(buffer)
    writer = torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in WRITTEN_BY_THE_WRITER:
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    model, x = tabular_model(), uniform_tensor("input", INPUT_SHAPE)
    scripted = torch.jit.script(model)
    modules = {"rtdl_scripted.pt": scripted, "rtdl_traced.pt": torch.jit.trace(model, x),
               "rtdl_frozen.pt": torch.jit.freeze(scripted, optimize_numerics=False)}
    for file, module in modules.items():
        save(module, FOLDER / file)
        torch.testing.assert_close(torch.jit.load(FOLDER / file)(x), model(x))
    keys = [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()]
    write("rtdl_script_outputs.json", {
        "source": source("rtdl_revisiting_models", "torch"), "options": OPTIONS, "input_shape": INPUT_SHAPE,
        "keys": keys, "files": list(modules), "output": sample(model(x), 1)})
