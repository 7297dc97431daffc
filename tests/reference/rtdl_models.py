"""Make the fixtures of the tabular ResNet and MLP from rtdl_revisiting_models."""
from rtdl_revisiting_models import MLP, ResNet

from fixture_json import source
from network_fixture import write_fixture


def tabular_fixture(file, features, outputs, blocks, width, hidden_factor):
    model = ResNet(d_in=features, d_out=outputs, n_blocks=blocks, d_block=width,
                   d_hidden_multiplier=hidden_factor, dropout1=0.0, dropout2=0.0)
    options = {"features": features, "outputs": outputs, "blocks": blocks, "width": width,
               "hidden_factor": hidden_factor}
    write_fixture(file, model, "tabular_resnet", options, [16, features], source("rtdl_revisiting_models", "torch"))


def mlp(options):
    return MLP(d_in=options["numeric"], d_out=options["outputs"], n_blocks=options["blocks"], d_block=options["width"],
               dropout=0.0)


if __name__ == "__main__":
    tabular_fixture("tabular_resnet.json", 12, 3, 4, 64, 2.0)
    tabular_fixture("tabular_resnet_wide.json", 8, 1, 2, 192, 2.0)
    options = {"numeric": 8, "outputs": 3, "blocks": 3, "width": 48, "dropout": 0.0}
    write_fixture("tabular_mlp.json", mlp(options), "tabular_mlp", options, [16, 8],
                  source("rtdl_revisiting_models", "torch"))
