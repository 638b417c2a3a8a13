"""Pictures to spoil, and pictures that are hostile as they stand."""

import io
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image, PngImagePlugin

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def base(mode="RGB", width=61, height=43):
    rng = np.random.default_rng(5)
    rows = np.add.outer(np.arange(height), np.arange(width))[..., None] * [3, 2, 1]
    picture = Image.fromarray(((rows + rng.integers(0, 40, rows.shape)) % 256).astype(np.uint8))
    return picture.convert(mode)


def exif(orientation=6, **tags):
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "A maker of cameras"
    made[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return made.tobytes()


def icc_profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@cache
def seeds(kind):
    """Sound pictures of `kind`, of as many sorts as it has."""
    frames = [base().rotate(angle) for angle in (20, 40)]
    match kind:
        case "png":
            text = PngImagePlugin.PngInfo()
            text.add_text("comment", "where I live", zip=True)
            return [
                *(encoded(base(mode), "PNG") for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
                encoded(Image.fromarray(np.arange(2_000, dtype=np.uint16).reshape(40, 50) * 30), "PNG"),
                encoded(base(), "PNG", exif=exif(), pnginfo=text, icc_profile=icc_profile()),
                encoded(base(), "PNG", save_all=True, append_images=frames),
            ]
        case "jpeg":
            return [
                encoded(base(), "JPEG", exif=exif(8), icc_profile=icc_profile(), comment=b"where I live"),
                encoded(base(), "JPEG", progressive=True, quality=40, subsampling=2),
                *(encoded(base(mode), "JPEG") for mode in ("L", "CMYK")),
                encoded(base(), "MPO", save_all=True, append_images=frames),
            ]
        case "gif":
            return [
                encoded(base("P"), "GIF", transparency=3),
                encoded(base(), "GIF", save_all=True, append_images=frames, loop=0),
                encoded(base("L"), "GIF", interlace=1, comment=b"where I live"),
            ]
        case "webp":
            return [
                encoded(base(), "WEBP", exif=exif(3), icc_profile=icc_profile()),
                encoded(base("RGBA"), "WEBP", lossless=True),
                encoded(base("RGBA"), "WEBP", save_all=True, append_images=frames),
            ]
        case "bmp":
            return [encoded(base(mode), "BMP") for mode in ("RGB", "L", "P", "1")]
        case _:
            return [
                *(encoded(base(mode), "TIFF") for mode in ("RGB", "RGBA", "L", "CMYK", "1")),
                encoded(Image.fromarray(np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)), "TIFF"),
                *(encoded(base(), "TIFF", compression=way) for way in ("tiff_lzw", "tiff_adobe_deflate", "jpeg")),
                encoded(base(), "TIFF", exif=exif(5)),
                encoded(base(), "TIFF", save_all=True, append_images=frames),
            ]


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, pixels, *chunks, depth=8, colours=2, interlace=0):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlace))
    return SIGNATURE + head + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def zeros(count):
    """That many zero bytes, deflated (zlib's format): a thousandth of them."""
    # Adler-32 of zeros.
    return b"\x78\xda" + raw_zeros(count) + struct.pack(">HH", count % 65_521, 1)


def raw_zeros(count):
    """The same as a bare stream, and fast: the packed form of a megabyte, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    million = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return million * (count // 1_000_000) + packer.compress(bytes(count % 1_000_000)) + packer.flush()


def tiff(entries, tail=b"", order="<"):
    """A TIFF file of one directory; entries: tag, type, count, value."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    rows = b"".join(struct.pack(order + "HHII", *entry) for entry in sorted(entries))
    return head + struct.pack(order + "H", len(entries)) + rows + struct.pack(order + "I", 0) + tail


def tiff_of_strips(count):
    """A TIFF of one row a strip, and far more strips than rows."""
    start = 8 + 2 + 12 * 8 + 4
    entries = [(256, 4, 1, 100), (257, 4, 1, 100), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (278, 4, 1, 1)]
    entries += [(273, 4, count, start), (279, 4, count, start)]
    return tiff(entries, b"\x08\0\0\0" * count)


def exif_bomb(count):
    """EXIF whose orientation is `count` numbers, and whose tags point into each other."""
    entries = [(0x0112, 4, count, 26), (0x8769, 4, 1, 8)]
    return tiff(entries, bytes(4 * count))


def jpeg_of_scans(side, scans):
    """A progressive JPEG of `side`×`side` pixels whose last scan comes again and again, each a few bytes long."""
    plain = encoded(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    # The tables of a scan come before it; the bytes after the last one's head are all zero runs.
    return plain[:-2] + plain[last:-2] * scans + b"\xff\xd9"


def webp_canvas(width, height):
    """The head of an extended WebP of that canvas, around a frame of 1×1."""
    body = encoded(Image.new("RGB", (1, 1)), "WEBP")[12:]
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    content = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sizes + body
    return b"RIFF" + struct.pack("<I", len(content)) + content


def webp_animation(width, height):
    """An animated WebP of that canvas, whose one frame is 1×1."""
    frame = encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    shown = bytes(6) + bytes(6) + (100).to_bytes(3, "little") + b"\0" + frame
    content = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sizes
    content += b"ANIM" + struct.pack("<I", 6) + bytes(6) + b"ANMF" + struct.pack("<I", len(shown)) + shown
    return b"RIFF" + struct.pack("<I", len(content)) + content


POSTSCRIPT = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 10 10
%%EndComments
(/etc/passwd) (r) file pop
0 1 1000000000 { pop } for showpage
%%EOF
"""


@cache
def hostile(kind):
    """By their names: pictures made to do harm, or that many programs stumble over."""
    made = {
        "png": {
            "huge size declared": lambda: png(2**31 - 1, 2**31 - 1, b""),
            "40 million pixels of nothing": lambda: png(8_000, 5_000, zeros(8_000 * 5_000 * 3 + 5_000)),
            "40 million pixels of 16 bits": lambda: png(8_000, 5_000, zeros(80_005_000), depth=16, colours=0),
            "40 million clear pixels": lambda: png(8_000, 5_000, zeros(160_005_000), colours=6),
            "40 million interlaced": lambda: png(8_000, 5_000, zeros(140_000_000), interlace=1),
            "a line of 40 million": lambda: png(40_000_000, 1, zeros(120_000_001)),
            "data for a billion pixels": lambda: png(10, 10, zeros(1_000_000_000)),
            "a bomb of a text": lambda: png(1, 1, zeros(4), chunk(b"zTXt", b"a\0\0" + zeros(500_000_000))),
            "a bomb of a profile": lambda: png(1, 1, zeros(4), chunk(b"iCCP", b"a\0\0" + zeros(500_000_000))),
            "100,000 texts": lambda: png(1, 1, zeros(4), chunk(b"tEXt", b"a\0b") * 100_000),
            "EXIF of 4 million numbers": lambda: png(1, 1, zeros(4), chunk(b"eXIf", exif_bomb(4_000_000))),
            "EXIF that goes in circles": lambda: png(1, 1, zeros(4), chunk(b"eXIf", exif_bomb(1))),
            "a chunk that never ends": lambda: SIGNATURE + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(50),
            "no pixels": lambda: png(0, 0, zeros(1)),
            "a palette without colours": lambda: png(4, 4, zeros(20), colours=3),
            "a PNG and a ZIP": lambda: seeds("png")[0] + zip_of_nothing(),
            "a script": lambda: b"<script>alert(1)</script>",
            "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
            "PostScript": lambda: POSTSCRIPT,
            "empty": lambda: b"",
            "18 MB of noise": lambda: SIGNATURE + np.random.default_rng(0).bytes(18_000_000),
            "21 MB": lambda: bytes(21_000_000),
        },
        "jpeg": {
            "4,000 scans of 40 million pixels": lambda: jpeg_of_scans(6_300, 4_000),
            "400 scans of a million pixels": lambda: jpeg_of_scans(1_000, 400),
            "20,000 scans of few pixels": lambda: jpeg_of_scans(64, 20_000),
            "40 million pixels": lambda: encoded(Image.new("RGB", (8_000, 5_000), "red"), "JPEG"),
            "40 million pixels of CMYK": lambda: encoded(Image.new("CMYK", (8_000, 5_000)), "JPEG"),
            "65,500 by 65,500": lambda: seeds("jpeg")[2].replace(struct.pack(">HH", 43, 61), b"\xff\xdc\xff\xdc"),
            "16 MB of comments": lambda: (
                b"\xff\xd8" + (b"\xff\xfe\xff\xff" + bytes(65_533)) * 250 + seeds("jpeg")[2][2:]
            ),
            "EXIF of nothing": lambda: encoded(base(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"),
            "EXIF turned nine times": lambda: encoded(base(), "JPEG", exif=exif(9)),
            "EXIF turned by a text": lambda: encoded(base(), "JPEG", exif=b"Exif\0\0" + tiff([(0x0112, 2, 4, 65)])),
            "a JPEG and a script": lambda: seeds("jpeg")[0] + b"<?php system($_GET[0]); ?>",
            "only its beginning": lambda: b"\xff\xd8\xff",
        },
        "gif": {
            "65,535 by 65,535": lambda: (
                b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x02\0;"
            ),
            "a frame beyond its screen": lambda: (
                b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(6) + b",\xff\xff\xff\xff\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;"
            ),
            "40 million pixels": lambda: encoded(Image.new("P", (8_000, 5_000)), "GIF"),
            "extensions without end": lambda: b"GIF89a\x01\0\x01\0\0\0\0" + b"!\xfe\xff" * 3_000_000,
            "5,000 frames": lambda: encoded(
                Image.new("P", (9, 9)),
                "GIF",
                save_all=True,
                append_images=[Image.new("P", (9, 9), n) for n in range(2)] * 2_500,
            ),
        },
        "webp": {
            "16 million by 255": lambda: webp_canvas(1 << 24, 255),
            "a canvas of 268 million pixels": lambda: webp_canvas(16_384, 16_383),
            "an animation of 16,384 by 16,383": lambda: webp_animation(16_384, 16_383),
            "an animation of 40 million": lambda: webp_animation(8_000, 5_000),
            "16,383 by 2,400": lambda: encoded(Image.new("RGB", (16_383, 2_400)), "WEBP", method=0),
            "a RIFF of nothing": lambda: b"RIFF\xff\xff\xff\xffWEBP",
            "sound": lambda: b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(40),
        },
        "bmp": {
            "huge": lambda: seeds("bmp")[0][:18] + struct.pack("<ii", 2**31 - 1, 2**31 - 1) + seeds("bmp")[0][26:],
            "upside down without end": lambda: (
                seeds("bmp")[0][:18] + struct.pack("<ii", 61, -(2**31)) + seeds("bmp")[0][26:]
            ),
            "run lengths of 40 million": lambda: (
                seeds("bmp")[2][:18]
                + struct.pack("<ii", 8_000, 5_000)
                + seeds("bmp")[2][26:30]
                + b"\x01"
                + seeds("bmp")[2][31:]
            ),
        },
        "tiff": {
            "four million strips": lambda: tiff_of_strips(2_400_000),
            "a directory of itself": lambda: tiff([(256, 4, 1, 10), (257, 4, 1, 10), (330, 4, 1, 8)]),
            "4 billion strips": lambda: tiff([(256, 4, 1, 10), (257, 4, 1, 10), (273, 4, 2**32 - 1, 8)]),
            "40 million floats": lambda: tiff(
                [
                    *((256, 4, 1, 8_000), (257, 4, 1, 5_000), (258, 3, 1, 32), (259, 3, 1, 8), (262, 3, 1, 1)),
                    *((273, 4, 1, 122), (278, 4, 1, 5_000), (279, 4, 1, 200_000), (339, 3, 1, 3)),
                ],
                zeros(160_000_000),
            ),
            "40 million of CMYK": lambda: encoded(
                Image.new("CMYK", (8_000, 5_000)), "TIFF", compression="tiff_adobe_deflate"
            ),
            "a fax": lambda: encoded(Image.new("1", (8_000, 5_000)), "TIFF", compression="group4"),
        },
    }
    return made[kind]


def zip_of_nothing():
    return b"PK\x05\x06" + bytes(18)
