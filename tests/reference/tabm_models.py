"""Make the fixtures of ensembles of k members from the package tabm, with the key names of tabular_mlp."""
import torch
from torch import nn

from fixture_json import source
from network_fixture import write_fixture
from rtdl_num_embeddings import PeriodicEmbeddings, PiecewiseLinearEmbeddings
from tabm import TabM

BINS = [[-1.0, -0.5, 0.25, 1.0], [-0.75, 0.0, 0.125, 0.75], [-0.5, 0.5, 0.625, 0.875]]


class Renamed(nn.Module):
    """A TabM whose modules have the names that tabular_mlp gives them."""

    def __init__(self, model):
        super().__init__()
        if model.num_module is not None:
            self.encoder = nn.ModuleDict({"numeric": model.num_module})
        if hasattr(model.backbone, "affine"):
            self.members = model.backbone.affine
        self.blocks = nn.ModuleList(nn.ModuleDict({"linear": block[0]}) for block in model.backbone.blocks)
        self.output = model.output
        self.whole = [model]  # in a list, so that it is not a child

    def forward(self, x):
        return self.whole[0](x)


def embeddings(options):
    if options.get("numeric_embedding") == "piecewise":
        bins = [torch.tensor(edges) for edges in options["bins"]]
        return PiecewiseLinearEmbeddings(bins, options["numeric_width"], activation=False, version="B")
    if options.get("numeric_embedding") == "plr":
        return PeriodicEmbeddings(options["numeric"], options["numeric_width"], n_frequencies=options["frequencies"],
                                  frequency_init_scale=options["frequency_scale"], lite=False)
    return None


def tabm(options, **more):
    """Build the package's model for the options of a tabular_mlp."""
    kind = options["ensemble"]
    return TabM(n_num_features=options["numeric"], d_out=options["outputs"], num_embeddings=embeddings(options),
                n_blocks=options["blocks"], d_block=options["width"], dropout=0.0, k=options["members"],
                arch_type="tabm" if kind == "tabm" else f"tabm-{kind}",
                start_scaling_init=None if kind == "packed" else "normal", **more)


if __name__ == "__main__":
    sizes = {"numeric": 3, "outputs": 2, "blocks": 2, "width": 12, "dropout": 0.0, "members": 4}
    for file, more in {
        "tabm.json": {"ensemble": "tabm", "numeric_embedding": "piecewise", "numeric_width": 5, "bins": BINS},
        "tabm_mini.json": {"ensemble": "mini", "numeric_embedding": "plr", "numeric_width": 5, "frequencies": 6,
                           "frequency_scale": 0.1},
        "tabm_packed.json": {"ensemble": "packed"},
    }.items():
        write_fixture(file, Renamed(tabm(sizes | more)), "tabular_mlp", sizes | more, [16, sizes["numeric"]],
                      source("tabm", "rtdl_num_embeddings", "torch"))
