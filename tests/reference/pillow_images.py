"""Make the fixture of small image files of every kind, with the pixels that Pillow reads from them.

`file` is the file in base64. `pixels` describes the bytes of `exif_transpose(open(file)).convert("RGB")`, (H, W, 3), as
`expect_bytes` compares them: all by two sums, some by value. Where Pillow has no such reading (gray of 16 bits, bands),
`values` describes all stored channels, (H, W, C), as numbers; then `pixels` may be missing. `near` is the largest
difference of a byte: 0, but for JPEG inside a TIFF.

The images are random in size and content, from a seed.
"""
import base64
import io
import zlib

import numpy as np
from PIL import Image, ImageOps

from fixture_json import sample_stride, short, source, write
from image_writers import bmp, bmp_runs, png, png_chunk, tiff

rng = np.random.default_rng(19)


def shape():
    return int(rng.integers(5, 14)), int(rng.integers(5, 17))


def noise(channels, most=255, dtype=np.uint8):
    """An (H, W, C) array: a ramp beside noise."""
    height, width = shape()
    ramp = np.add.outer(np.arange(height) * most // height, np.arange(width) * most // width)[..., None]
    ramp = (ramp + np.arange(channels) * (most // 4 + 1)) % (most + 1)
    random = rng.integers(0, most + 1, (height, width, channels))
    return np.where((np.arange(width) < width // 2)[None, :, None], ramp, random).astype(dtype)


def picture(mode):
    if mode == "P":
        image = Image.fromarray(noise(3)).quantize(int(rng.integers(3, 40)))
        return image
    if mode == "1":
        return Image.fromarray(noise(1)[..., 0]).convert("1")
    if mode in ("I;16", "I;16B"):
        return Image.fromarray(noise(1, 65535, np.uint16)[..., 0])
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}[mode]
    array = noise(channels)
    return Image.fromarray(array[..., 0] if channels == 1 else array, mode)


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def digest(array, limit=9):
    flat = array.reshape(-1)
    stride = sample_stride(array.shape, limit)
    if array.dtype == np.uint8:
        numbers = flat.astype(np.int64)
        return {"height": array.shape[0], "width": array.shape[1], "stride": stride, "bytes": numbers[::stride].tolist(),
                "sum": int(numbers.sum()), "weighted": int((numbers * (np.arange(len(flat)) % 65521 + 1)).sum())}
    return {"shape": list(array.shape), "stride": stride, "values": [short(v) for v in flat[::stride]],
            "sum": short(flat.astype(np.float64).sum())}


def seen(data):
    return np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


cases = []


def add(name, data, values=None, pixels=True, near=0):
    """`pixels`: True for Pillow's, an array for others, None for none."""
    case = {"name": name, "file": base64.b64encode(data).decode(), "near": near}
    if pixels is not None:
        case["pixels"] = digest(seen(data) if pixels is True else pixels)
    if values is not None:
        case["values"] = digest(values.astype(np.float32))
    cases.append(case)


def exif(orientation, order="<", kind="H"):
    """An EXIF segment whose orientation has this type: B, H or I."""
    code, size = {"B": (1, 1), "H": (3, 2), "I": (4, 4)}[kind], {"B": 1, "H": 2, "I": 4}[kind]
    name = "little" if order == "<" else "big"
    value = orientation.to_bytes(size, name) + bytes(4 - size)
    number = lambda n, width: n.to_bytes(width, name)
    return (b"II" if order == "<" else b"MM") + number(42, 2) + number(8, 4) + number(1, 2) + number(0x112, 2) + number(
        code[0], 2) + number(1, 4) + value + number(0, 4)


def segment(marker, data):
    return bytes((0xff, marker)) + (len(data) + 2).to_bytes(2, "big") + data


def without_segment(data, marker):
    at = 2
    while data[at + 1] != marker:
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2:at + 4], "big"):]


def add_jpegs():
    for mode in ("L", "RGB", "CMYK"):
        for progressive in (False, True):
            for subsampling in (0, 1, 2):
                data = saved(picture(mode), "JPEG", quality=int(rng.integers(30, 96)), progressive=progressive, optimize=True,
                             **({"subsampling": subsampling} if mode == "RGB" else {}))
                add(f"jpeg {mode} {progressive} {subsampling}", data)
    inks = saved(picture("CMYK"), "JPEG", quality=90, optimize=True)
    add("jpeg inks without Adobe's marker", without_segment(inks, 0xee))
    plain = saved(picture("RGB"), "JPEG", quality=90, optimize=True)
    add("jpeg garbage behind", plain + b"\x7f" * 100)
    add("jpeg padding between segments", plain[:20] + b"\xff\xff" + plain[20:])
    for orientation in range(1, 9):
        for order, kind in (("<", "H"), (">", "H"), ("<", "I"), (">", "I"), (">", "B")):
            if orientation in (3, 6, 8) or kind == "H":
                data = segment(0xe1, b"Exif\0\0" + exif(orientation, order, kind))
                add(f"jpeg orientation {orientation} {order} {kind}", plain[:2] + data + plain[2:])
    turned = segment(0xe1, b"Exif\0\0" + exif(6, ">", "I"))
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description tiff:Orientation="8"/></x:xmpmeta>'
    adobe = segment(0xee, b"Adobe\0\x64\0\0\0\0\1")
    add("jpeg EXIF behind XMP", plain[:2] + segment(0xe1, xmp.replace(b'"8"', b'"1"')) + turned + plain[2:])
    add("jpeg orientation in XMP only", plain[:2] + segment(0xe1, xmp) + plain[2:])
    add("jpeg EXIF behind Adobe's marker", plain[:2] + adobe + turned + plain[2:])
    add("jpeg EXIF twice", plain[:2] + turned + segment(0xe1, b"Exif\0\0" + exif(3)) + plain[2:])


GAMMA = (b"gAMA", (45455).to_bytes(4, "big")), (b"gAMA", (100000).to_bytes(4, "big")), (b"gAMA", (22727).to_bytes(4, "big"))
CHROMA = b"cHRM", b"".join(v.to_bytes(4, "big") for v in (31270, 32900, 70000, 30000, 21000, 71000, 15000, 6000))


def add_pngs():
    kinds = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
    for kind, (channels, depths) in kinds.items():
        for bits in depths:
            for interlaced in (False, True):
                array = noise(channels, 2 ** bits - 1, np.uint16 if bits == 16 else np.uint8)
                chunks = []
                if kind == 3:
                    chunks.append((b"PLTE", rng.integers(0, 256, 3 * 2 ** bits, dtype=np.uint8).tobytes()))
                if interlaced and kind in (0, 2, 3):
                    chunks.append((b"tRNS", bytes(2 * channels if kind != 3 else 1)))
                if rng.integers(0, 2):
                    chunks[:0] = [GAMMA[int(rng.integers(0, 3))], CHROMA]
                values = array / (2.0 ** bits - 1) if kind != 3 and bits >= 8 else None
                pixels = True
                if bits == 16 and kind in (0, 4):  # Pillow cuts values above 255
                    pixels = np.repeat((array[..., :1] >> 8).astype(np.uint8), 3, axis=2)
                add(f"png {kind} {bits} {interlaced}", png(array, bits, kind, interlaced, chunks), values, pixels)
    for gamma in GAMMA:
        for kind, channels in ((0, 1), (2, 3), (6, 4)):
            add(f"png gamma {kind}", png(noise(channels), 8, kind, False, [gamma]))
    add("png sRGB and profile", png(noise(3), 8, 2, False, [(b"sRGB", b"\0"), GAMMA[0]]))
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><tiff:Orientation>6</tiff:Orientation></x:xmpmeta>"
    add("png orientation in XMP", png(noise(3), 8, 2, False, [(b"iTXt", xmp)]))
    for orientation in (2, 6):
        add(f"png eXIf {orientation}", png(noise(3), 8, 2, False, [(b"eXIf", exif(orientation, ">", "H"))]))


def add_webps():
    for mode in ("RGB", "RGBA", "L"):
        for options in ({"quality": 20}, {"quality": 80, "method": 6}, {"lossless": True}, {"lossless": True, "exact": True}):
            image = picture(mode)
            alpha = np.array(image) / 255.0 if mode == "RGBA" and options.get("exact") else None
            add(f"webp {mode} {options}", saved(image, "WEBP", **options), alpha)
    frames = [picture("RGB").resize((17, 12)) for _ in range(3)]
    for options in ({"lossless": True}, {"quality": 60}):
        add(f"webp animated {options}", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], **options))
    for orientation in (3, 6, 7):
        add(f"webp orientation {orientation}", saved(picture("RGB"), "WEBP", lossless=True, exif=exif(orientation)))
        add(f"webp orientation {orientation} start",
            saved(picture("RGB"), "WEBP", quality=70, exif=b"Exif\0\0" + exif(orientation, ">", "I")))


def palette_of(count):
    return rng.integers(0, 256, (count, 3)).tolist()


def add_bmps():
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        add(f"bmp {mode}", saved(picture(mode), "BMP"))
    for bits in (1, 4, 8):
        for old in (False, True):
            palette = palette_of(2 ** bits)
            add(f"bmp palette {bits} {old}", bmp(noise(1, 2 ** bits - 1)[..., 0], bits, palette, old=old))
        add(f"bmp palette {bits} top down", bmp(noise(1, 2 ** bits - 1)[..., 0], bits, palette_of(2 ** bits), top_down=True))
    add("bmp few colours", bmp(noise(1, 9)[..., 0], 8, palette_of(10)))
    for old, top_down in ((False, False), (True, False), (False, True)):
        add(f"bmp 24 {old} {top_down}", bmp(noise(3), 24, old=old, top_down=top_down))
    words = lambda: noise(1, 65535, np.uint16)[..., 0]
    add("bmp 555", bmp(words(), 16))
    add("bmp 565", bmp(words(), 16, masks=(0xf800, 0x7e0, 0x1f)))
    add("bmp 555 masks", bmp(words(), 16, masks=(0x7c00, 0x3e0, 0x1f)))
    longs = lambda: noise(1, 2 ** 32 - 1, np.uint32)[..., 0]
    add("bmp 32", bmp(longs(), 32))
    for size in (40, 56, 108, 124):
        for masks in ((0xff0000, 0xff00, 0xff, 0), (0xff000000, 0xff0000, 0xff00, 0), (0xff, 0xff00, 0xff0000, 0xff000000)):
            if size > 40 or masks[3] == 0:
                add(f"bmp 32 masks {size} {masks[0]:x}",
                    bmp(longs(), 32, masks=masks[:3] if size == 40 else masks, header_size=size))
    for bits in (4, 8):
        numbers = np.sort(noise(1, 2 ** bits - 1)[..., 0], axis=1) if bits == 8 else noise(1, 15)[..., 0]
        add(f"bmp runs {bits}",
            bmp(numbers, bits, palette_of(2 ** bits), compression=3 - bits // 4, pixels=bmp_runs(numbers, bits == 4)))


def add_gifs():
    for mode in ("P", "L", "1", "RGB"):
        for interlace in (0, 1):
            add(f"gif {mode} {interlace}", saved(picture(mode), "GIF", interlace=interlace))
    image = picture("P")
    still = saved(image, "GIF")
    add("gif transparent", saved(image, "GIF", transparency=2))
    add("gif animated", saved(image, "GIF", save_all=True, append_images=[image.rotate(180)]))
    larger = still[:6] + (30).to_bytes(2, "little") + (28).to_bytes(2, "little") + still[10:]
    add("gif smaller than the screen", larger)
    see_through = saved(image, "GIF", transparency=1)
    add("gif smaller than the screen, transparent",
        see_through[:6] + (30).to_bytes(2, "little") + (28).to_bytes(2, "little") + see_through[10:])
    size = 3 * 2 ** ((still[10] & 7) + 1)
    table, rest = still[13:13 + size], still[13 + size:]
    at = rest.index(b"\x2c")
    local = rest[:at + 9] + bytes((rest[at + 9] | 0x80 | still[10] & 7,)) + table + rest[at + 10:]
    add("gif local palette", still[:10] + bytes((still[10] & 0x78,)) + still[11:13] + local)
    add("gif two palettes", still[:13] + bytes(255 - b for b in table) + local)
    moved = rest[:at + 1] + (4).to_bytes(2, "little") + (3).to_bytes(2, "little") + rest[at + 5:]
    add("gif frame beyond the screen", still[:13] + table + moved)


def add_tiffs():
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
            if mode == "LA" and compression != "raw":
                continue
            add(f"tiff {mode} {compression}", saved(picture(mode), "TIFF", compression=compression))
    for compression in ("group3", "group4", "tiff_ccitt"):
        add(f"tiff 1 {compression}", saved(picture("1"), "TIFF", compression=compression))
    for mode in ("L", "RGB"):
        add(f"tiff {mode} jpeg", saved(picture(mode), "TIFF", compression="jpeg", quality=90), near=1)
    for compression in ("lzma", "zstd"):
        add(f"tiff RGB {compression}", saved(picture("RGB"), "TIFF", compression=compression))
    for orientation in range(1, 9):
        add(f"tiff orientation {orientation}", saved(picture("RGB"), "TIFF", tiffinfo={274: orientation}))
        add(f"tiff lzw orientation {orientation}",
            saved(picture("L"), "TIFF", tiffinfo={274: orientation}, compression="tiff_lzw"))
    for order in "<>":
        for big in (False, True):
            add_plain_tiffs(order, big)
    add("tiff reversed bits", tiff([{"array": noise(1, 1), "bits": 1, "photometric": 1, "reversed_bits": True}]))
    first = picture("RGB")
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="8"/></x:xmpmeta>'
    add("tiff orientation in XMP", tiff([{"array": noise(3), "bits": 8, "photometric": 2, "tags": {700: ("B", list(xmp))}}]))
    add("tiff two pages of colours", saved(first, "TIFF", save_all=True, append_images=[first.rotate(90)]))
    add("tiff two pages of bits", saved(picture("1"), "TIFF", save_all=True, append_images=[picture("1")]))


def add_plain_tiffs(order, big):
    def add_page(name, array, bits, photometric, pixels=True, values=None, **more):
        for layout in ({}, {"rows": 4}, {"tile": (16, 16)}, {"planar": True, "rows": 3}, {"deflate": True, "tile": (16, 16)}):
            if layout and rng.integers(0, 3):
                continue
            if layout.get("planar") and (array.shape[2] == 1 or bits != 8 or photometric == 5 or more.get("extra")):
                continue
            page = {"array": array, "bits": bits, "photometric": photometric, **layout, **more}
            # Pillow does not open a big-endian BigTIFF, and swaps the bytes of compressed numbers twice.
            little = order == ">" and (big or name.startswith(("gray float", "gray int")))
            shown = seen(tiff([page])) if pixels is True and little else pixels
            add(f"tiff {name} {order} {big} {layout}", tiff([page], order, big), values, shown)

    for bits in (1, 2, 4, 8):
        for photometric in (0, 1):
            if bits == 2 or rng.integers(0, 2):
                add_page(f"gray {bits} {photometric}", noise(1, 2 ** bits - 1), bits, photometric)
    for bits in (1, 4, 8):
        add_page(f"palette {bits}", noise(1, 2 ** bits - 1), bits, 3,
                 palette=rng.integers(0, 65536, 3 * 2 ** bits))
    deep = noise(1, 65535, np.uint16)
    add_page("gray 16", deep, 16, 1, np.repeat((deep >> 8).astype(np.uint8), 3, axis=2), deep / 65535.0)
    reals = rng.normal(100, 80, deep.shape).astype(np.float32)
    add_page("gray float", reals, 32, 1, True, reals, format=3)
    for bits, kind in ((16, np.int16), (32, np.int32)):  # signed, on both sides of 0 … 255
        signed = rng.integers(-300, 600, deep.shape).astype(kind)
        add_page(f"gray int {bits}", signed, bits, 1, True, signed / (2.0 ** (bits - 1) - 1), format=2)
    colours = noise(3, 65535, np.uint16)
    add_page("RGB 8", noise(3), 8, 2)
    add_page("RGB 16", colours, 16, 2, True, colours / 65535.0)
    alpha = noise(4)
    add_page("RGBA", alpha, 8, 2, True, alpha / 255.0, extra=[2])
    add_page("RGBX", alpha, 8, 2, True, alpha / 255.0, extra=[0])
    add_page("RGBa", alpha, 8, 2, True, alpha / 255.0, extra=[1])
    wide = noise(4, 65535, np.uint16)
    add_page("RGBa 16", wide, 16, 2, True, wide / 65535.0, extra=[1])
    add_page("CMYK", alpha, 8, 5)
    add_page("CMYK 16", wide, 16, 5)
    for bands in (2, 5, 7):
        array = noise(bands, 65535, np.uint16)
        add_page(f"bands {bands}", array, 16, 1, None, array / 65535.0, extra=[0] * (bands - 1))
    pages = np.random.default_rng(5).integers(0, 256, (9, 11, 4), dtype=np.uint8)
    stack = [{"array": pages[..., c:c + 1], "bits": 8, "photometric": 1} for c in range(4)]
    add(f"tiff stack {order} {big}", tiff(stack, order, big), pages / 255.0, np.repeat(pages[..., :1], 3, axis=2))


def add_arrays():
    for dtype in ("u1", "<u2", ">u2", "<i2", "<u4", "<f4", ">f4", "<f8", "<f2", "?"):
        for dims in ((7, 9), (7, 9, 3), (5, 7, 9), (9, 7, 6), (3, 7, 9), (6, 6, 6), (5, 5, 12), (12, 5, 5)):
            if dims != (7, 9, 3) and rng.integers(0, 2):
                continue
            kind = np.dtype(dtype)
            array = rng.normal(0, 1, dims).astype(kind) if kind.kind == "f" else rng.integers(
                0, 2 if kind.kind == "b" else np.iinfo(kind).max, dims, dtype=np.int64).astype(kind)
            stream = io.BytesIO()
            np.save(stream, np.asfortranarray(array) if rng.integers(0, 2) else array)
            image = array if len(dims) == 3 else array[..., None]
            first, second, third = image.shape
            if len(dims) == 3 and (first != second if second in (first, third) else first < third):
                image = np.moveaxis(image, 0, 2)
            most = 1.0 if kind.kind in "fb" else float(np.iinfo(kind).max)
            add(f"npy {dtype} {dims}", stream.getvalue(), image.astype(np.float64) / most, None)


def add_png_orientations():
    xmp = b"<x:xmpmeta><tiff:Orientation>6</tiff:Orientation></x:xmpmeta>"
    packed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)
    add("png orientation in compressed XMP", png(noise(3), 8, 2, False, [(b"iTXt", packed)]))
    digits = (b"Exif\0\0" + exif(8)).hex()
    profile = ("\nexif\n%8d\n" % (len(digits) // 2) + "".join(digits[i:i + 72] + "\n" for i in range(0, len(digits), 72))).encode()
    name = b"Raw profile type exif\0"
    profiles = {"text": (b"tEXt", name + profile), "packed": (b"zTXt", name + b"\0" + zlib.compress(profile)),
                "international": (b"iTXt", name + b"\0\0\0\0" + profile)}
    for kind, chunk in profiles.items():
        add(f"png profile {kind}", png(noise(3), 8, 2, False, [chunk]))
        add(f"png profile {kind} and eXIf", png(noise(3), 8, 2, False, [chunk, (b"eXIf", exif(5, ">", "H"))]))
    plain = png(noise(3), 8, 2, False, [])
    for kind, chunk in {"eXIf": (b"eXIf", exif(3)), **profiles}.items():
        add(f"png {kind} behind the pixels", plain[:-12] + png_chunk(*chunk) + plain[-12:])


def add_ycc_tiffs():
    for compression in ("raw", "tiff_lzw"):
        add(f"tiff YCbCr {compression}", saved(picture("RGB").convert("YCbCr"), "TIFF", compression=compression))
    for layout in ({}, {"rows": 3}, {"tile": (16, 16)}, {"tags": {530: ("H", [1, 1])}}):
        add(f"tiff YCbCr {layout}", tiff([{"array": noise(3), "bits": 8, "photometric": 6, **layout}]))


def resized(height, width, side, interpolation):
    """Resize two channels of floating point, as images of Pillow's mode F."""
    y, x = np.mgrid[0:height, 0:width]
    bands = [((7 * y * y + 3 * x * (c + 1)) % 101 / 8 - 3).astype(np.float32) for c in range(2)]
    method = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC,
              "lanczos": Image.Resampling.LANCZOS}[interpolation]
    result = np.stack([np.array(Image.fromarray(band).resize((side, side), method)) for band in bands], axis=2)
    return {"height": height, "width": width, "side": side, "interpolation": interpolation, **digest(result, 40)}


def main():
    add_jpegs()
    add_pngs()
    add_webps()
    add_bmps()
    add_gifs()
    add_tiffs()
    add_arrays()
    add_png_orientations()
    add_ycc_tiffs()
    resizes = [resized(*size, interpolation) for size in ((40, 31, 16), (90, 12, 8), (9, 11, 20), (7, 60, 7))
               for interpolation in ("bilinear", "bicubic", "lanczos")]
    lab = tiff([{"array": noise(3), "bits": 8, "photometric": 8}])
    write("pillow_images.json", {"source": source("pillow", "numpy"), "cases": cases, "resizes": resizes,
                                 "lab": base64.b64encode(lab).decode()})


if __name__ == "__main__":
    main()
