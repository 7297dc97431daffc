"""Make the fixture of torchvision's evaluation of photographs: decoded by Pillow, resized, cropped, normalised.

`sum` and `weighted` (each byte times its index modulo 65521, plus 1) are computed from all bytes of the result
before normalisation; `bytes` has some of the bytes.
"""
from pathlib import Path

import torch
from PIL import Image
from torchvision_import import torchvision

from fixture_json import sample_stride, source, write
from torchvision_preprocess import MEAN, STD, torchvision_transform

PHOTOS = Path(__file__).parent / "photos"


def case(name, resize, crop, interpolation):
    result = torchvision_transform(resize, crop, interpolation)(Image.open(PHOTOS / name).convert("RGB"))
    scaled = (result * torch.tensor(STD).view(-1, 1, 1) + torch.tensor(MEAN).view(-1, 1, 1)) * 255
    data = scaled.round().to(torch.int64).flatten()
    stride = sample_stride(result.shape, 300)
    return {"photo": name, "resize": resize, "crop": crop, "interpolation": interpolation, "sum": int(data.sum()),
            "weighted": int((data * (torch.arange(len(data)) % 65521 + 1)).sum()), "stride": stride,
            "bytes": data[::stride].tolist()}


def main():
    cases = [case(name, resize, crop, interpolation) for name in ("china.jpg", "flower.jpg")
             for resize, crop, interpolation in ((256, 224, "bilinear"), (232, 224, "bicubic"), (64, 56, "bilinear"))]
    write("torchvision_photos.json", {"source": source("torchvision", "pillow"), "cases": cases})


if __name__ == "__main__":
    main()
