"""Ways to spoil a file: what a careless disk does, and what somebody does on purpose."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(content, others, rng):
    """`content` after one to four changes; `others` are whole files to take pieces of."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        rng.choice(WAYS)(content, others, rng)
    return bytes(content)


def _flip(content, _others, rng):
    for _ in range(rng.choice((1, 1, 3, 20))):
        if content:
            content[_place(content, rng)] ^= 1 << rng.randrange(8)


def _set(content, _others, rng):
    if content:
        place, length = _place(content, rng), rng.choice((1, 2, 4, 64))
        content[place : place + length] = bytes([rng.choice((0, 0xFF, rng.randrange(256)))]) * length


def _extreme(content, _others, rng):
    place, order = _place(content, rng), rng.choice("<>")
    size = rng.choice("HIQ")
    number = rng.choice(EXTREMES) if size != "H" else rng.choice(EXTREMES) & 0xFFFF
    content[place : place + struct.calcsize(size)] = struct.pack(order + size, number)


def _cut(content, _others, rng):
    del content[rng.randrange(len(content) + 1) :]


def _cut_out(content, _others, rng):
    place = _place(content, rng)
    del content[place : place + rng.choice((1, 4, 100, 5000))]


def _repeat(content, _others, rng):
    place = _place(content, rng)
    piece = content[place : place + rng.choice((1, 8, 200, 4000))]
    content[place:place] = piece * rng.choice((1, 2, 30))


def _noise(content, _others, rng):
    place = _place(content, rng)
    content[place:place] = rng.randbytes(rng.choice((1, 4, 300)))


def _splice(content, others, rng):
    other = rng.choice(others)
    start = rng.randrange(len(other) + 1)
    content[_place(content, rng) :] = other[start : start + 20_000]


WAYS = (_flip, _flip, _flip, _set, _set, _extreme, _extreme, _cut, _cut_out, _repeat, _noise, _splice)


def _place(content, rng):
    """Anywhere, but often near the beginning, where headers are."""
    end = len(content) if rng.random() < 0.5 else min(len(content), 400)
    return rng.randrange(end) if end else 0


def with_right_checksums(png):
    """A spoilt PNG whose chunks' checksums fit again, so that a reader believes it."""
    made, place = bytearray(png[:8]), 8
    while place + 8 <= len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        body = png[place + 4 : place + 8 + length]
        made += png[place : place + 4] + body + struct.pack(">I", zlib.crc32(body))
        place += 12 + length
        if length > len(png):
            break
    return bytes(made)


def inside_gzip(packed, others, rng):
    """The packed file with what is in it spoilt, and packed again."""
    return gzip.compress(mutated(gzip.decompress(packed), [gzip.decompress(other) for other in others], rng), 1)


def inside_zip(packed, rng):
    """The ZIP with one of its members spoilt, its checksums right."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    spoilt = rng.choice(sorted(members))
    members[spoilt] = mutated(members[spoilt], [*members.values()], rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def inside_tar(packed, rng):
    """The archive with one of its members spoilt, its headers right."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}
    spoilt = rng.choice(sorted(members))
    members[spoilt] = mutated(members[spoilt], [*members.values()], rng)
    return tar_of(members)


def tar_of(members):
    """A `.tar.gz` of contents by their names."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
