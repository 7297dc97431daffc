"""Writes table.csv and images/, the data that make.sh trains on: python3 make_data.py DIAMONDS.csv.gz"""
import csv
import gzip
import pathlib
import struct
import sys
import zlib


def table(diamonds):
    """Write 240 diamonds with a date of sale, a flag, and missing values in a number, a category and the date."""
    with gzip.open(diamonds, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::224][:240]
    with open("table.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["carat", "cut", "color", "depth", "x", "sold", "insured", "price"])
        for i, row in enumerate(rows):
            sold = f"2024-{1 + i * 7 % 12:02}-{1 + i % 28:02}"
            writer.writerow(["" if i % 17 == 3 else row["carat"], row["cut"], "" if i % 13 == 5 else row["color"], row["depth"],
                             row["x"], "" if i % 19 == 7 else sold, "yes" if int(row["price"]) > 3000 else "no", row["price"]])


def png(path, pixel):
    """Write a 32 x 32 PNG file of pixel(row, column) -> (r, g, b)."""
    lines = b"".join(b"\0" + bytes(value for x in range(32) for value in pixel(y, x)) for y in range(32))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks))


def images():
    """Write images of horizontal and of vertical stripes, eight files each."""
    for name in ("lying", "standing"):
        folder = pathlib.Path("images") / name
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(8):
            def pixel(y, x):
                at = y if name == "lying" else x
                return (40 * (at // (2 + i % 4) % 2) + 20 * i, 255 - 25 * i, 200 * (at // (2 + i % 4) % 2))
            png(folder / f"{i}.png", pixel)


table(sys.argv[1])
images()
