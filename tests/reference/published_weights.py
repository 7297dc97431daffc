"""Write the tables of src/hub from torchvision and timm, or with --check compare them with the existing ones.

Files whose name ends in eight hexadecimal digits are listed by their URL: these digits are the beginning of the
SHA-256, so a download can be verified. timm's other weights are listed by their repository of the Hugging Face Hub,
whose responses have the digest.
"""
import math
import re
import sys
from importlib.metadata import version
from pathlib import Path

from torchvision_import import models

from timm.models._registry import _model_pretrained_cfgs, _model_to_module

FOLDER = Path(__file__).parents[2] / "src" / "hub"
FAMILIES = ("resnet", "resnext", "wide_resnet", "alexnet")
NAMED_BY_DIGEST = re.compile(r"(.*)/([^/]+-[0-9a-f]{8}\.pth)")
PRUNED = ("ecaresnet50d_pruned", "ecaresnet101d_pruned")  # every layer has its own width: no such network here
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PIXELS = {(MEAN, STD): "Pixels::imagenet", ((0.5, 0.5, 0.5),) * 2: "Pixels::half"}  # of src/hub/weights_row.h

HOSTS = {  # constants of src/hub/weights_row.h
    "https://download.pytorch.org/models": "kPyTorch",
    "https://dl.fbaipublicfiles.com/semiweaksupervision/model_files": "kSemiSupervised",
    "https://github.com/rwightman/pytorch-pretrained-gluonresnet/releases/download/v0.1": "kGluon",
}
TIMM = re.compile(r"https://github.com/(rwightman|huggingface)/pytorch-image-models/releases/download/v0.1-(\w+)-?(\w*)")


def host(base):
    """Return the name of the constant for this folder's URL."""
    if base in HOSTS:
        return HOSTS[base]
    owner, first, second = TIMM.fullmatch(base).groups()
    kind = first.capitalize() + second.capitalize()
    return ("kHf" if owner == "huggingface" else "kTimm") + kind.removesuffix("Weights")


def evaluation(resize, crop, interpolation):
    """Return the name of the constant for the preprocessing of images."""
    assert interpolation in ("bilinear", "bicubic"), interpolation
    return f"k{interpolation.capitalize()}{resize}To{crop}"


def row(model, tag, url, images, license, *accuracy):
    base, file = NAMED_BY_DIGEST.fullmatch(url).groups()
    cells = [f'"{model}"', f'"{tag}"', host(base), f'"{file}"', images, f'"{license}"', *accuracy]
    return "    {" + ", ".join(str(cell) for cell in cells) + "},"


def torchvision_rows():
    """Return the rows, each model's DEFAULT first; torchvision states no licence for its weights."""
    for name in sorted(models.list_models(module=models), key=lambda n: (n.rstrip("0123456789_xd"), len(n), n)):
        if not name.startswith(FAMILIES):
            continue
        weights = models.get_model_weights(name)
        for entry in sorted(weights, key=lambda w: w is not weights.DEFAULT):
            assert len(entry.meta["categories"]) == 1000
            use = entry.transforms()
            (size,), (side,) = use.resize_size, use.crop_size
            assert (tuple(use.mean), tuple(use.std)) == (MEAN, STD), name
            images = evaluation(size, side, use.interpolation.value)
            scores = entry.meta["_metrics"]["ImageNet-1K"]
            yield row(name, entry.name, entry.url, images, "", scores["acc@1"], scores["acc@5"])


def timm_configs():
    """Return (model, tag, config) of timm's weights of networks that reszoo has."""
    for name, config in _model_pretrained_cfgs.items():
        model, _, tag = name.partition(".")
        if _model_to_module.get(model) in ("resnet", "resnetv2") and tag and (config.url or config.hf_hub_id):
            yield model, tag, config


def timm_images(config):
    """Return the constant for timm's evaluation, which resizes to floor(size / crop_pct)."""
    channels, height, width = config.input_size
    assert (channels, config.crop_mode) == (3, "center") and height == width, config
    return evaluation(math.floor(height / config.crop_pct), height, config.interpolation)


def timm_rows():
    """Return the rows, each model's first tag first. timm's package does not contain accuracies."""
    for model, tag, config in timm_configs():
        if model in PRUNED or not NAMED_BY_DIGEST.fullmatch(config.url or ""):
            continue
        assert (config.num_classes, config.mean, config.std) == (1000, MEAN, STD), model
        yield row(model, tag, config.url, timm_images(config), config.license or "")


def timm_hub_rows():
    """Return the rows of the weights that only the Hub has with a digest."""
    for model, tag, config in timm_configs():
        if model in PRUNED or NAMED_BY_DIGEST.fullmatch(config.url or ""):
            continue
        assert config.hf_hub_id in ("timm/", f"timm/{model}.{tag}"), (model, config.hf_hub_id)
        pixels = PIXELS[tuple(config.mean), tuple(config.std)]
        cells = [f'"{model}"', f'"{tag}"', config.num_classes, timm_images(config), pixels, f'"{config.license or ""}"']
        yield "    {" + ", ".join(str(cell) for cell in cells) + "},"


def left_out():
    """Return the names of timm's weights that are not listed: those of pruned networks."""
    return [f"{model}.{tag}" for model, tag, _ in timm_configs() if model in PRUNED]


def table(package, function, rows, kind="WeightsRow"):
    name = "k" + "".join(word.capitalize() for word in function.removesuffix("_weights").split("_")) + "Rows"
    return f"""\
// Made by tests/reference/published_weights.py from {package} {version(package).split('+')[0]}.
#include "weights_row.h"

namespace reszoo {{
namespace {{

// clang-format off
constexpr {kind} {name}[] = {{
{chr(10).join(rows)}
}};
// clang-format on

}}  // namespace

std::span<const {kind}> {function}() {{ return {name}; }}

}}  // namespace reszoo
"""


def class_table():
    lines, line = [], "   "
    for name in models.ResNet50_Weights.DEFAULT.meta["categories"]:
        cell = f' "{name}",'
        if len(line) + len(cell) > 119:
            lines.append(line)
            line = "   "
        line += cell
    lines.append(line)
    return f"""\
// Made by tests/reference/published_weights.py from torchvision {version('torchvision').split('+')[0]}.
#include "reszoo/hub/imagenet.h"

namespace reszoo {{

const std::vector<std::string>& imagenet_classes() {{
  // clang-format off
  static const std::vector<std::string> names = {{
{chr(10).join(lines)}
  }};
  return names;
}}

}}  // namespace reszoo
"""


def main():
    files = {
        "torchvision_weights.cpp": table("torchvision", "torchvision_weights", torchvision_rows()),
        "timm_weights.cpp": table("timm", "timm_weights", timm_rows()),
        "timm_hub_weights.cpp": table("timm", "timm_hub_weights", timm_hub_rows(), "HubRow"),
        "imagenet.cpp": class_table(),
    }
    if sys.argv[1:] == ["--left-out"]:
        print(*left_out(), sep="\n")
    elif sys.argv[1:] == ["--check"]:
        wrong = [name for name, text in files.items() if (FOLDER / name).read_text() != text]
        sys.exit(f"src/hub differs from the packages: {wrong}" if wrong else 0)
    else:
        for name, text in files.items():
            (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
