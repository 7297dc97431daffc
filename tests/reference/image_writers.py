"""Write image files that Pillow does not write: all depths and orders of PNG, BMP and TIFF. Arrays are (H, W, C)."""
import struct
import zlib

import numpy as np


def packed_rows(rows, bits):
    """Return the bytes of each row of small integers, first pixel in the highest bits."""
    planes = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return [np.packbits(row.reshape(-1).astype(np.uint8)).tobytes() for row in planes]


def sample_rows(array, bits, order):
    """Return the bytes of each row of an (H, W, C) array."""
    flat = array.reshape(len(array), -1)
    if bits < 8 or bits == 12:
        return packed_rows(flat, bits)
    return [row.astype(row.dtype.newbyteorder(order)).tobytes() for row in flat]


# --- PNG

def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(array, bits, colour_type, interlaced=False, chunks=()):
    """`chunks` are pairs (kind, data) between the header and the pixels."""
    height, width, channels = array.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b""
    for top, left, down, across in passes:
        part = array[top::down, left::across]
        if part.size == 0:
            continue
        before = bytes(len(sample_rows(part[:1], bits, ">")[0]))
        for number, row in enumerate(sample_rows(part, bits, ">")):
            if number % 2 == 0:
                data += b"\0" + row
            else:  # the filter "up"
                data += b"\2" + bytes((a - b) & 255 for a, b in zip(row, before))
            before = row
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(png_chunk(*c) for c in chunks) +
            png_chunk(b"IDAT", zlib.compress(data)) + png_chunk(b"IEND", b""))


# --- BMP

def bmp_file(header, palette, pixels):
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + palette + pixels


def bmp_rows(rows, top_down):
    padded = [row + bytes(-len(row) % 4) for row in rows]
    return b"".join(padded if top_down else reversed(padded))


def bmp(array, bits, palette=None, masks=None, top_down=False, old=False, compression=0, pixels=None, header_size=40):
    """`array` has palette numbers, BGR bytes or whole pixels. `pixels` replaces the rows: run lengths."""
    height, width = array.shape[:2]
    if pixels is None:
        rows = sample_rows(array, bits if bits < 8 else 8 * array.dtype.itemsize, "<")
        pixels = bmp_rows(rows, top_down)
    if old:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
        colours = b"".join(bytes(c[::-1]) for c in palette or [])
    else:
        header = struct.pack("<IiiHHIIiiII", header_size, width, -height if top_down else height, 1, bits,
                             3 if masks else compression, len(pixels), 0, 0, len(palette or []), 0)
        colours = b"".join(bytes(c[::-1]) + b"\0" for c in palette or [])
        extra = struct.pack(f"<{len(masks)}I", *masks) if masks else b""
        if header_size > 40:
            header += (extra + bytes(header_size))[:header_size - 40]
        else:
            colours += extra
    return bmp_file(header, colours, pixels)


def bmp_runs(numbers, half_bytes):
    """Encode rows of palette numbers, from the last one up: runs, literals, ends of lines."""
    data = b""
    for row in reversed(numbers.tolist()):
        at = 0
        while at < len(row):
            run = 1
            while at + run < len(row) and run < 255 and row[at + run] == row[at]:
                run += 1
            rest = row[at:at + 12]
            if run == 1 and len(rest) >= 4:
                rest = rest[:len(rest) // 4 * 4]  # whole 16-bit words in both depths, as Pillow reads them
                if half_bytes:
                    literal = bytes(a << 4 | b for a, b in zip(rest[::2], rest[1::2]))
                else:
                    literal = bytes(rest)
                data += bytes((0, len(rest))) + literal
                at += len(rest)
            else:
                data += bytes((run, row[at] * 17 if half_bytes else row[at]))
                at += run
        data += b"\0\0"
    return data + b"\0\1"


# --- TIFF

TYPES = {"B": 1, "H": 3, "I": 4, "Q": 16}


def tiff(pages, order="<", big=False):
    """Each page is a dictionary: `array` (H, W, C), `bits`, `photometric`, and optionally `format`, `extra`, `planar`,
    `tile` (height, width), `deflate`, `rows` (of a strip), `orientation`, `palette`, `reversed_bits`, `tags`."""
    data = (b"II" if order == "<" else b"MM") + struct.pack(order + ("HHH" if big else "H"), *((43, 8, 0) if big else (42,)))
    place = len(data)
    offset, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    data += struct.pack(order + offset, 0)

    def put(at, letter, value):
        nonlocal data
        packed = struct.pack(order + letter, value)
        data = data[:at] + packed + data[at + len(packed):]

    for page in pages:
        blocks, tags = page_blocks(page, order)
        offsets = []
        for block in blocks:
            data += bytes(len(data) % 2)
            offsets.append(len(data))
            data += block
        tiled = "tile" in page
        tags[324 if tiled else 273] = ("I", offsets)
        tags[325 if tiled else 279] = ("I", [len(b) for b in blocks])
        data += bytes(-len(data) % 8)
        put(place, offset, len(data))
        directory, after = b"", b""
        behind = len(data) + struct.calcsize(order + count) + entry * len(tags) + struct.calcsize(order + offset)
        for tag, (letter, values) in sorted(tags.items()):
            packed = struct.pack(order + letter * len(values), *values)
            if len(packed) <= (8 if big else 4):
                held = packed + bytes((8 if big else 4) - len(packed))
            else:
                held = struct.pack(order + offset, behind + len(after))
                after += packed + bytes(-len(packed) % 8)
            directory += struct.pack(order + "HH" + offset, tag, TYPES[letter], len(values)) + held
        data += struct.pack(order + count, len(tags)) + directory
        place = len(data)
        data += struct.pack(order + offset, 0) + after
    return data


def page_blocks(page, order):
    array, bits = page["array"], page["bits"]
    height, width, channels = array.shape
    planes = [array[:, :, c:c + 1] for c in range(channels)] if page.get("planar") else [array]
    tags = {256: ("I", [width]), 257: ("I", [height]), 258: ("H", [bits] * channels),
            259: ("H", [8 if page.get("deflate") else 1]), 262: ("H", [page["photometric"]]), 277: ("H", [channels]),
            284: ("H", [2 if page.get("planar") else 1]), 339: ("H", [page.get("format", 1)] * channels)}
    if page.get("extra"):
        tags[338] = ("H", page["extra"])
    if page.get("orientation"):
        tags[274] = ("H", [page["orientation"]])
    if page.get("palette") is not None:
        tags[320] = ("H", [int(v) for v in page["palette"]])
    if page.get("reversed_bits"):
        tags[266] = ("H", [2])
    tags.update(page.get("tags", {}))
    down, across = page.get("tile", (page.get("rows", height), width))
    if "tile" in page:
        tags[322], tags[323] = ("I", [across]), ("I", [down])
    else:
        tags[278] = ("I", [down])
    blocks = []
    for plane in planes:
        for top in range(0, height, down):
            for left in range(0, width, across):
                part = plane[top:top + down, left:left + across]
                if "tile" in page:
                    part = np.pad(part, ((0, down - part.shape[0]), (0, across - part.shape[1]), (0, 0)), mode="edge")
                block = b"".join(sample_rows(part, bits, order))
                if page.get("reversed_bits"):
                    block = bytes(int(f"{b:08b}"[::-1], 2) for b in block)
                blocks.append(zlib.compress(block) if page.get("deflate") else block)
    return blocks, tags
