"""Make the fixture of torchvision's augmentation of training images: its own functions, on PIL images.

`cases` has one operation each. `lists` has the operations that a policy drew, with their magnitudes, applied one
after another by torchvision's `_apply_op`. A `narrow` image has only bytes from 40 to 125. `spaces` (for
images of `spaces_size`, height and width) and `policies` are the possible draws. `erased` has the means of top,
left, height and width of random erasing over many draws. Operations have reszoo's names.
"""
import numpy as np
import torch
from PIL import Image
from torchvision_import import torchvision

from torchvision.transforms import (AutoAugment, AutoAugmentPolicy, InterpolationMode, RandAugment, RandomErasing,
                                    TrivialAugmentWide)
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import _apply_op

from fixture_json import short, source, write
from sample_image import sample_image, record

BYTES_AT_MOST = 12  # the sums depend on every byte
FILL = (10, 200, 90)
SIZES = [(37, 53), (64, 48)]
NAMES = {"Identity": "identity", "ShearX": "shear_x", "ShearY": "shear_y", "TranslateX": "translate_x",
         "TranslateY": "translate_y", "Rotate": "rotate", "Brightness": "brightness", "Color": "saturation",
         "Contrast": "contrast", "Sharpness": "sharpness", "Posterize": "posterize", "Solarize": "solarize",
         "AutoContrast": "autocontrast", "Equalize": "equalize", "Invert": "invert"}
OURS_TO_THEIRS = {ours: theirs for theirs, ours in NAMES.items()}

OPERATIONS = [
    ("flip_horizontal", {}),
    *[("adjust_brightness", {"factor": factor}) for factor in (0.0, 0.37, 1.0, 1.45, 3.2)],
    *[("adjust_contrast", {"factor": factor}) for factor in (0.0, 0.37, 1.0, 1.9)],
    *[("adjust_saturation", {"factor": factor}) for factor in (0.0, 0.37, 1.45, 3.2)],
    *[("adjust_sharpness", {"factor": factor}) for factor in (0.0, 0.37, 1.9, 3.2)],
    *[("adjust_hue", {"shift": shift}) for shift in (0.0, 0.5, -0.5, 0.1, -0.23)],
    *[("posterize", {"bits": bits}) for bits in (1, 4, 8)],
    *[("solarize", {"threshold": threshold}) for threshold in (0.0, 141.67, 170.0, 256.0)],
    ("invert", {}),
    ("autocontrast", {}),
    ("equalize", {}),
    ("to_grey", {}),
]
MAPS = [
    {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [0.0, 0.0]},
    {"angle": 0.0, "translate": [7, -5], "scale": 1.0, "shear": [0.0, 0.0]},
    {"angle": 0.0, "translate": [0, 0], "scale": 0.7, "shear": [0.0, 0.0]},
    {"angle": 31.0, "translate": [3, 4], "scale": 1.3, "shear": [12.0, -20.0]},
    {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [16.7, 0.0], "centre": [0, 0]},
    {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [0.0, -16.7], "centre": [0, 0]},
]
ANGLES = [0.0, 17.3, -30.0, 45.0, 90.0, 180.0, 270.0, 471.0]
LISTS = [
    [("shear_x", 0.09), ("solarize", 178.5)],
    [("shear_y", -0.66), ("translate_y", -17.07)],
    [("translate_x", 7.99), ("rotate", -9.0), ("identity", 0.0)],
    [("rotate", 135.0), ("saturation", 0.27)],
    [("brightness", -0.297), ("contrast", 0.3), ("sharpness", -0.9)],
    [("posterize", 6.0), ("equalize", 0.0)],
    [("contrast", -0.72), ("autocontrast", 0.0), ("sharpness", 0.693)],
    [("invert", 0.0), ("shear_x", -0.99)],
]


def image_of(height, width, channels, narrow):
    pixels = sample_image(height, width, channels)
    if narrow:
        pixels = 40 + pixels // 3
    return Image.fromarray(pixels if channels > 1 else pixels[:, :, 0])


def fill_of(image):
    return list(FILL) if image.mode == "RGB" else [FILL[0]]


def apply(image, name, arguments):
    if name == "flip_horizontal":
        return F.hflip(image)
    if name == "to_grey":
        return F.to_grayscale(image, len(image.getbands()))
    if name in ("affine", "rotate"):
        how = {"interpolation": InterpolationMode(arguments["interpolation"]), "fill": fill_of(image)}
        if name == "rotate":
            return F.rotate(image, arguments["angle"], **how)
        return F.affine(image, arguments["angle"], arguments["translate"], arguments["scale"], arguments["shear"],
                        center=arguments.get("centre"), **how)
    return getattr(F, name)(image, *arguments.values())


def images():
    """Return height, width, channels and narrowness of every image."""
    return [(*size, channels, narrow) for size in SIZES for channels in (3, 1) for narrow in (False, True)]


def stored(shape, result):
    height, width, channels, narrow = shape
    return {"height": height, "width": width, "channels": channels, "narrow": narrow,
            **record(np.asarray(result).reshape(height, width, channels), BYTES_AT_MOST)}


def cases():
    moves = [("affine", map_) for map_ in MAPS] + [("rotate", {"angle": angle}) for angle in ANGLES]
    operations = OPERATIONS + [(name, {**arguments, "interpolation": interpolation})
                               for name, arguments in moves for interpolation in ("nearest", "bilinear")]
    for shape in images():
        for name, arguments in OPERATIONS if shape[3] else operations:  # geometric operations need no narrow image
            yield {"name": name, "arguments": arguments, **stored(shape, apply(image_of(*shape), name, arguments))}
    square, small = (40, 40, 3, False), (9, 11, 3, True)  # a quarter turn is exact; a histogram of few values
    for angle in (90.0, 180.0, 270.0):
        turn = {"angle": angle, "interpolation": "bilinear"}
        yield {"name": "rotate", "arguments": turn, **stored(square, apply(image_of(*square), "rotate", turn))}
    for shape in (small, (26, 31, 1, False)):
        yield {"name": "equalize", "arguments": {}, **stored(shape, F.equalize(image_of(*shape)))}


def lists():
    for interpolation in ("nearest", "bilinear"):
        for shape in images():
            for steps in LISTS if shape[3] else LISTS[:4]:
                image = image_of(*shape)
                for name, magnitude in steps:
                    image = _apply_op(image, OURS_TO_THEIRS[name], magnitude, InterpolationMode(interpolation),
                                      fill_of(image))
                yield {"steps": steps, "interpolation": interpolation, **stored(shape, image)}


def space_of(space):
    """Return each operation's magnitudes, all of them, and whether it has a sign."""
    return {NAMES[name]: {"magnitudes": [short(m) for m in magnitudes.reshape(-1)], "signed": signed}
            for name, (magnitudes, signed) in space.items()}


def policy_of(policy):
    pairs = AutoAugment(policy).policies
    return [[[NAMES[name], probability, 0 if bin_ is None else bin_] for name, probability, bin_ in pair]
            for pair in pairs]


def erased_means(height, width, draws=20000):
    torch.manual_seed(0)
    image_ = torch.zeros(1, height, width)
    areas = [RandomErasing.get_params(image_, (0.02, 0.33), (0.3, 3.3), [0.0])[:4] for _ in range(draws)]
    areas = np.array([area for area in areas if area[2:] != (height, width)], dtype=np.float64)
    return {"height": height, "width": width, "draws": draws, "erased": len(areas),
            "mean": [short(m) for m in areas.mean(0)], "deviation": [short(d) for d in areas.std(0)]}


def main():
    size = (100, 331)  # height, width
    policies = {policy.value: policy_of(policy) for policy in AutoAugmentPolicy}
    spaces = {"rand": space_of(RandAugment()._augmentation_space(31, size)),
              "trivial": space_of(TrivialAugmentWide()._augmentation_space(31)),
              "auto": space_of(AutoAugment()._augmentation_space(10, size))}
    write("torchvision_augment.json",
          {"source": source("torchvision", "pillow"), "fill": FILL, "cases": list(cases()), "lists": list(lists()),
           "spaces_size": size, "spaces": spaces, "policies": policies,
           "erased": [erased_means(64, 64), erased_means(30, 90)]})


if __name__ == "__main__":
    main()
