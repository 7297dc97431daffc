"""Make the fixture of torchvision's and timm's preprocessing of images: their own transforms, on PIL images.

The docstring of `sample_image.py` explains what is stored of the bytes before normalisation. `normalised` has
values of the complete transform.
"""
import math

import torch
from PIL import Image
from torchvision_import import torchvision

from timm.data import create_transform
from torchvision.transforms import InterpolationMode

from fixture_json import sample, source, write
from sample_image import sample_image, record

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BYTES_AT_MOST = 150


def torchvision_transform(resize, crop, interpolation):
    from torchvision.transforms._presets import ImageClassification

    return ImageClassification(crop_size=crop, resize_size=resize, interpolation=InterpolationMode(interpolation))


def timm_transform(size, crop_pct, interpolation, crop_mode):
    return create_transform((3, size, size), interpolation=interpolation, mean=MEAN, std=STD, crop_pct=crop_pct,
                            crop_mode=crop_mode)


def case(height, width, transform, resize, crop, interpolation, mode="center", channels=3):
    pixels = sample_image(height, width, channels)
    image = Image.fromarray(pixels if channels > 1 else pixels[:, :, 0])
    result = transform(image.convert("RGB"))
    scaled = result * torch.tensor(STD).view(-1, 1, 1) + torch.tensor(MEAN).view(-1, 1, 1)
    data = (scaled * 255).round().to(torch.int64)
    assert (scaled * 255 - data).abs().max() < 1e-3  # the input was bytes
    stored = record(data.numpy(), BYTES_AT_MOST)
    return {"height": height, "width": width, "channels": channels, "resize": resize, "crop": crop,
            "interpolation": interpolation, "squash": mode == "squash", "border": mode == "border", **stored,
            "normalised": sample(result, 50 * stored["stride"])}


def torchvision_case(height, width, resize, crop, interpolation="bilinear", channels=3):
    return case(height, width, torchvision_transform(resize, crop, interpolation), resize, crop, interpolation,
                channels=channels)


def timm_case(height, width, size, crop_pct, interpolation="bicubic", crop_mode="center"):
    return case(height, width, timm_transform(size, crop_pct, interpolation, crop_mode), math.floor(size / crop_pct),
                size, interpolation, crop_mode)


def main():
    cases = [
        torchvision_case(375, 500, 256, 224),
        torchvision_case(333, 200, 232, 224),
        torchvision_case(97, 131, 64, 56, "bicubic"),
        torchvision_case(61, 61, 61, 50),  # no resizing
        torchvision_case(50, 41, 235, 224, "bicubic"),  # larger than the image
        torchvision_case(40, 90, 20, 64),  # padded above and below, cropped at the sides
        torchvision_case(45, 45, 21, 32),  # padded by an odd number
        torchvision_case(80, 70, 32, 32, channels=1),
        torchvision_case(240, 100, 48, 48, "bicubic"),  # so tall that Pillow takes rows first
        timm_case(375, 500, 224, 0.95),
        timm_case(211, 97, 160, 0.95),
        timm_case(120, 300, 64, 1.0),
        timm_case(120, 300, 64, 0.9, crop_mode="squash"),
        timm_case(301, 70, 56, 0.875, "bilinear", "squash"),
        timm_case(375, 500, 224, 0.95, "lanczos"),
        timm_case(50, 41, 96, 1.0, "lanczos"),  # larger than the image
        timm_case(260, 90, 64, 0.875, "lanczos", "squash"),
        timm_case(375, 500, 224, 1.0, "bicubic", "border"),
        timm_case(301, 70, 56, 0.875, "bilinear", "border"),  # padded at the sides, cropped above and below
        timm_case(61, 120, 97, 0.9, "lanczos", "border"),
        timm_case(33, 47, 64, 1.0, "bicubic", "border"),
    ]
    write("torchvision_preprocess.json", {"source": source("torchvision", "timm", "pillow"), "cases": cases})


if __name__ == "__main__":
    main()
