"""Make the fixtures of networks with other packages' key names: loaded weights must give the same outputs.

Each record has the keys and shapes of a package's own state_dict, filled by those keys (fill.py), and the
outputs in evaluation mode, in float64. `input` has the numbers, followed by the codes of categories.
"""
import torch
from torch import nn

import fixture_json
from fill import uniform
from network_fixture import fill_state
from torchvision_import import models  # noqa: F401  transformers imports torchvision

import rtdl
import tabm_models
from transformers import ResNetConfig, ResNetForImageClassification


class PaperResNet(nn.Module):
    """The architecture of bin/resnet.py in rtdl's repository of 2021 (batch norm, ReLU), in evaluation mode."""

    def __init__(self, numeric, categories, embedding, width, hidden, blocks, outputs):
        super().__init__()
        self.register_buffer("category_offsets", torch.tensor([0] + categories[:-1]).cumsum(0))
        self.category_embeddings = nn.Embedding(sum(categories), embedding)
        self.first_layer = nn.Linear(numeric + len(categories) * embedding, width)
        self.layers = nn.ModuleList(nn.ModuleDict({
            "norm": nn.BatchNorm1d(width), "linear0": nn.Linear(width, hidden), "linear1": nn.Linear(hidden, width)})
            for _ in range(blocks))
        self.last_normalization = nn.BatchNorm1d(width)
        self.head = nn.Linear(width, outputs)

    def forward(self, numbers, codes):
        embedded = self.category_embeddings(codes + self.category_offsets)
        x = self.first_layer(torch.cat([numbers, embedded.flatten(1)], 1))
        for layer in self.layers:
            x = x + layer["linear1"](layer["linear0"](layer["norm"](x)).relu())
        return self.head(self.last_normalization(x).relu())


def transformers_resnet(layer_type, depths, widths):
    config = ResNetConfig(layer_type=layer_type, depths=depths, hidden_sizes=widths, num_labels=10)
    return ResNetForImageClassification(config)


def record(naming, model_name, options, model, inputs):
    keys = [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()]
    kept = {key: tensor.clone() for key, tensor in model.state_dict().items() if key == "category_offsets"}
    fill_state(model)
    model.load_state_dict({**model.state_dict(), **kept})
    outputs = model.double().eval()(*inputs)
    outputs = getattr(outputs, "logits", outputs)  # for transformers
    return {"naming": naming, "model": model_name, "options": options, "keys": keys,
            "tensors": {key: tensor.tolist() for key, tensor in kept.items()},
            "input": list(torch.cat([part.double() for part in inputs], 1).shape),
            "outputs": [fixture_json.short(number) for number in outputs.detach().flatten().tolist()]}


def main():
    image = torch.from_numpy(uniform("input", (2, 3, 64, 64))).double()
    rows = torch.from_numpy(uniform("input", (3, 5))).double()
    categories = [3, 2]
    codes = torch.tensor([[0, 1], [2, 0], [1, 1]])
    records = [
        record("keys of Hugging Face transformers", "resnet18", {"outputs": 10},
               transformers_resnet("basic", [2, 2, 2, 2], [64, 128, 256, 512]), [image]),
        record("keys of Hugging Face transformers", "resnet50", {"outputs": 10},
               transformers_resnet("bottleneck", [3, 4, 6, 3], [256, 512, 1024, 2048]), [image]),
        record("keys of rtdl's paper code", "tabular_resnet",
               {"outputs": 3, "numeric": 5, "cardinalities": categories, "embedding_width": 4, "width": 8,
                "hidden_factor": 2, "blocks": 2},
               PaperResNet(5, categories, 4, 8, 16, 2, 3), [rows, codes]),
        record("keys of the package rtdl", "tabular_resnet",
               {"outputs": 3, "numeric": 5, "width": 8, "hidden_factor": 2, "blocks": 2},
               rtdl.ResNet.make_baseline(d_in=5, n_blocks=2, d_main=8, d_hidden=16, dropout_first=0.0,
                                         dropout_second=0.0, d_out=3), [rows]),
    ]
    members = {"outputs": 2, "numeric": 5, "cardinalities": categories, "width": 8, "blocks": 2, "members": 3}
    edges = {"numeric_embedding": "piecewise", "numeric_width": 4, "bins": [[-0.5, 0.25, 0.5]] * 5}
    for kind, more in (("tabm", edges), ("mini", {}), ("packed", {})):
        options = members | more | {"ensemble": kind}
        records.append(record("keys of the package tabm", "tabular_mlp", options,
                              tabm_models.tabm(options, cat_cardinalities=categories), [rows, codes]))
    fixture_json.write("foreign_keys.json", {"codes": codes.tolist(), "records": records})


if __name__ == "__main__":
    main()
