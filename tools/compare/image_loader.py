"""Compare our loader of JPEG folders with torchvision's DataLoader and with bare decoding, side by side.

    python image_loader.py PROGRAM FOLDER [--files 1000] [--rounds 5] [--workers 2]

PROGRAM is compare_image_loader (ninja compare_image_loader), FOLDER is made where it is not there: photographs of
500 x 400 pixels, quality 90, parts of those in tests/reference/photos. Both make normalised 224 x 224 tensors in batches
of 64: `train` random resized parts, flipped or not; `evaluate` shorter side 256, the middle 224. Each round runs
every program once; figures are medians over the rounds, images per second. Needs tests/reference/requirements.txt.
"""
import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reference"))


def make_folder(folder, files):
    from PIL import Image

    draw = random.Random(0)
    photos = [Image.open(ROOT / "tests" / "reference" / "photos" / name).convert("RGB") for name in ("china.jpg", "flower.jpg")]
    for i in range(files):
        photo = photos[i % 2]
        width = draw.randint(300, 500)
        height = width * 4 // 5
        left, top = draw.randint(0, 500 - width), draw.randint(0, 400 - height)
        part = photo.crop((left, top, left + width, top + height)).resize((500, 400), Image.LANCZOS)
        path = folder / str(i % 2) / f"{i:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        part.save(path, quality=90)


def torchvision_rate(folder, how, workers):
    """Images per second of one pass, workers started before the clock."""
    import torch
    from torchvision_import import torchvision
    from torchvision import transforms as t

    torch.set_num_threads(1)
    normal = [t.ToTensor(), t.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    parts = [t.RandomResizedCrop(224), t.RandomHorizontalFlip()] if how == "train" else [t.Resize(256), t.CenterCrop(224)]
    data = torchvision.datasets.ImageFolder(folder, t.Compose(parts + normal))
    loader = torch.utils.data.DataLoader(data, 64, shuffle=how == "train", num_workers=workers, persistent_workers=True)
    batches = iter(loader)
    next(batches)
    begin, seen = time.perf_counter(), 0
    for x, _ in batches:
        seen += len(x)
    return seen / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--torchvision", choices=("train", "evaluate"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.torchvision:
        print(torchvision_rate(options.folder, options.torchvision, options.workers))
        return
    if not options.folder.exists():
        make_folder(options.folder, options.files)
    ours = [options.program, str(options.folder)]
    theirs = [sys.executable, __file__, options.program, str(options.folder), "--workers", str(options.workers), "--torchvision"]
    commands = {f"ours {how}": ours + [how, str(options.workers)] for how in ("bare", "train", "evaluate")}
    commands.update({f"torchvision {how}": theirs + [how] for how in ("train", "evaluate")})
    rates = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            rates[name].append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    bare = medians["ours bare"]
    result = {"images_per_second": {name: round(rate, 1) for name, rate in medians.items()}}
    for how in ("train", "evaluate"):
        result[how] = {"ours / torchvision": round(medians[f"ours {how}"] / medians[f"torchvision {how}"], 2),
                       "ours / bare decoding": round(medians[f"ours {how}"] / bare, 2)}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
