"""ZIPs, archives, pickles, arrays, weights and graphs to spoil, and ones that are hostile as they stand."""

import gzip
import io
import json
import lzma
import os
import pickle
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import scipy.io

from tests.engine.cifar_files import binary_members, pickled, python_members, small_batches
from tests.engine.mnist_files import idx_bytes, small_arrays
from tests.engine.tiny_vgg import cell, tiny_convolutions, write_keras, write_mat
from tests.hostile import pictures
from tests.hostile.mutations import tar_of

GIGABYTE = 1_000_000_000


def written(write):
    """The bytes of the file that `write(path)` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()


def npz_of(save, arrays):
    """What NumPy's `save` writes of the arrays."""
    content = io.BytesIO()
    save(content, **arrays)
    return content.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def two_classes(picture=None):
    sound = picture or pictures.seeds("png")[0]
    return [(f"{name}/{place}.png", sound) for name in ("cats", "dogs") for place in range(3)]


@cache
def seeds(kind):
    """Sound files of `kind`."""
    match kind:
        case "zip":
            mixed = [
                (f"{name}/{kind}.{kind}", pictures.seeds(kind)[0]) for name in "ab" for kind in ("png", "jpeg", "gif")
            ]
            return [zipped(two_classes()), zipped(mixed, zipfile.ZIP_STORED)]
        case "tar":
            batches = small_batches(4)
            return [tar_of(python_members(batches)), tar_of(binary_members(batches))]
        case "pickle":
            names = [f"cat_s_{number:06}.png" for number in range(3)]
            rows, labels = small_batches(3)["test_batch"]
            return [pickled(rows, labels), pickled(rows, labels, names)]
        case "torch":
            return [torch_file({"a.weight": (2, 3), "b.bias": (4,)})]
        case "npz":
            arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), small_arrays(8, 4), strict=True))
            return [npz_of(np.savez, arrays), npz_of(np.savez_compressed, arrays)]
        case "idx":
            return [gzip.compress(idx_bytes(small_arrays(8, 4)[0])), gzip.compress(idx_bytes(small_arrays(8, 4)[1]))]
        case "h5":
            return [written(lambda path: write_keras(path, tiny_convolutions("vgg19"))), compressed_h5()]
        case "mat":
            return [written(lambda path, old=old: write_named_mat(path, old=old)) for old in (True, False)]
        case "run":
            return [run_json(), "\n".join(map(json.dumps, run_events())).encode()]
    raise KeyError(kind)


def write_named_mat(path, *, old):
    target = path.with_suffix(".mat")
    write_mat(target, tiny_convolutions("vgg19"), old=old)
    target.rename(path)


def compressed_h5():
    def write(path):
        with h5py.File(path, "w") as file:
            group = file.create_group("block1_conv1")
            group.create_dataset(
                "k:0", data=np.zeros((3, 3, 3, 2), np.float32), compression="gzip", chunks=(3, 3, 3, 1)
            )
            group["b:0"] = np.zeros(2, np.float32)
            group.attrs["weight_names"] = [b"k:0", b"b:0"]

    return written(write)


def torch_file(shapes):
    """A state dictionary as PyTorch wrote it in 2020."""
    numbers = {name: np.arange(int(np.prod(shape)), dtype="<f4") for name, shape in shapes.items()}
    parts = [pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2), pickle.dumps({}, 2)]
    body = b"\x80\x02ccollections\nOrderedDict\n)R("
    for key, (name, shape) in enumerate(shapes.items()):
        strides = tuple(int(np.prod(shape[place + 1 :])) for place in range(len(shape)))
        body += _text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + _text("storage") + b"ctorch\nFloatStorage\n"
        body += _text(str(key)) + _text("cpu") + b"K" + bytes([int(np.prod(shape))]) + b"tQK\0"
        body += _tuple(shape) + _tuple(strides) + b"\x89ccollections\nOrderedDict\n)RtR"
    parts += [body + b"u.", pickle.dumps([str(key) for key in range(len(shapes))], 2)]
    for array in numbers.values():
        parts += [struct.pack("<q", array.size), array.tobytes()]
    return b"".join(parts)


def _text(text):
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def _tuple(numbers):
    return b"(" + b"".join(b"K" + bytes([number]) for number in numbers) + b"t"


class Harm:
    """Unpickled, it writes a file."""

    def __init__(self, call=os.system, argument="touch /tmp/unpickled $HOME/unpickled unpickled"):
        self.call, self.argument = call, argument

    def __reduce__(self):
        return self.call, (self.argument,)


HOSTILE_PICKLES = {
    "a command": lambda: pickle.dumps(Harm(), 2),
    "a command by eval": lambda: pickle.dumps(Harm(eval, "open('unpickled', 'w')"), 2),
    "a command in the newest protocol": lambda: pickle.dumps(Harm(), 5),
    "builtins": lambda: b"\x80\x02c__builtin__\neval\nU\x0bopen('x','w')\x85R.",
    "a name with dots": lambda: b"\x80\x04\x8c\x05numpy\x8c\x0bdtype.__doc__\x93.",
    "a memo of 16 GB": lambda: b"\x80\x02N\x72" + struct.pack("<I", 2**31 - 1) + b".",
    "a bytearray of 16 GB": lambda: b"\x80\x05\x96" + struct.pack("<Q", 16 * GIGABYTE) + b".",
    "bytes of 2**62": lambda: b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b".",
    "a text of 4 GB": lambda: b"\x80\x02X" + struct.pack("<I", 2**32 - 1) + b"a.",
    "a frame of 2**63": lambda: b"\x80\x04\x95" + struct.pack("<Q", 2**63) + b".",
    "a number of a million digits": lambda: b"I" + b"9" * 1_000_000 + b"\n.",
    "a long of 30 MB": lambda: b"\x80\x02\x8b" + struct.pack("<i", 30_000_000) + b"\x7f" * 30_000_000 + b".",
    "30 million dictionaries": lambda: b"\x80\x02(" + b"}" * 30_000_000 + b"t.",
    "a hundred thousand levels": lambda: b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b".",
    "a billion laughs": lambda: b"\x80\x02}(U\x04data" + b"]" + b"U\x06labels" + laughing() + b"u.",
    "a class changed": lambda: b"\x80\x02cnumpy\nndarray\nN}U\x0b__setstate__Ns\x86b.",
    "an array of its own state": lambda: b"\x80\x02cnumpy\nndarray\n)R(K\x01KctNNN\x89b.",
    "a shape below zero": lambda: pickled(*small_batches(2)["test_batch"]).replace(
        b"J\x02\0\0\0", b"J\xfe\xff\xff\xff"
    ),
    "labels of lists": lambda: pickled(*small_batches(2)["test_batch"]).replace(b"J\x01\0\0\0", b"]]]]]"),
    "no end": lambda: b"\x80\x02]",
    "empty": lambda: b"",
}


def laughing():
    """A list of ten lists of ten lists …, thirty levels, in a few hundred bytes."""
    text = b"]q\x00K\x01a"
    for level in range(1, 31):
        text += b"0]q" + bytes([level]) + b"(" + b"h" + bytes([level - 1]) + (b"h" + bytes([level - 1])) * 9 + b"e"
    return text


def bomb_zip(size, method=zipfile.ZIP_DEFLATED):
    """Two classes; the first picture unpacks to `size` bytes."""
    if method != zipfile.ZIP_DEFLATED:
        return zipped([("cats/0.png", bytes(size)), ("dogs/0.png", pictures.seeds("png")[0])], method)
    return stored_as([("cats/0.png", pictures.raw_zeros(size), size), ("dogs/0.png", pictures.raw_zeros(100), 100)])


def stored_as(members):
    """A ZIP of names, bare deflated streams and sizes, whose checksums are wrong."""
    content, entries = b"", b""
    for name, body, size in members:
        place, title = len(content), name.encode()
        sizes = struct.pack("<IIIHH", 0, len(body), size, len(title), 0)
        content += struct.pack("<IHHHHH", 0x04034B50, 20, 0, 8, 0, 0) + sizes + title + body
        entries += struct.pack("<IHHHHHH", 0x02014B50, 20, 20, 0, 8, 0, 0) + sizes
        entries += struct.pack("<HHHII", 0, 0, 0, 0, place) + title
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(entries), len(content), 0)
    return content + entries + end


def lying(packed, size):
    """The ZIP with every declared size replaced."""
    made = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = made.find(signature)
        while place >= 0:
            made[place + offset : place + offset + 4] = struct.pack("<I", size)
            place = made.find(signature, place + 4)
    return bytes(made)


def long_list(count):
    """A ZIP whose list of contents has `count` entries, all of one name, and nothing behind them."""
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65_535, 65_535, len(entry) * count, 0, 0)
    return entry * count + end


def overlapping(count):
    """A ZIP of `count` members that are all the same bytes (after D. Fifield, WOOT 2019)."""
    body = zlib.compress(bytes(15_000_000), 9)[2:-4]
    name = b"a/0.png"
    local = (
        struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(body), 15_000_000, len(name), 0) + name + body
    )
    entries = b""
    for number in range(count):
        own = f"{'ab'[number % 2]}/{number}.png".encode()
        entries += (
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                20,
                20,
                0,
                8,
                0,
                0,
                0,
                len(body),
                15_000_000,
                len(own),
                0,
                0,
                0,
                0,
                0,
                0,
            )
            + own
        )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(entries), len(local), 0)
    return local + entries + end


HOSTILE_ZIPS = {
    "a bomb": lambda: bomb_zip(GIGABYTE),
    "a bomb that says it is small": lambda: lying(bomb_zip(200_000_000), 1_000),
    "a bomb by bzip2": lambda: lying(bomb_zip(100_000_000, zipfile.ZIP_BZIP2), 1_000),
    "a bomb by LZMA": lambda: lying(bomb_zip(100_000_000, zipfile.ZIP_LZMA), 1_000),
    "4 billion bytes declared": lambda: lying(zipped(two_classes()), 2**32 - 1),
    "two million entries": lambda: long_list(2_000_000),
    "25,000 members": lambda: zipped((f"{'ab'[n % 2]}/{n}.png", b"") for n in range(25_000)),
    "overlapping members": lambda: overlapping(50),
    "a way out": lambda: zipped([("../../outside.png", b"x"), *two_classes()]),
    "a way out for Windows": lambda: zipped([("..\\..\\outside.png", b"x"), *two_classes()]),
    "an absolute name": lambda: zipped([("/etc/outside.png", b"x"), *two_classes()]),
    "a drive": lambda: zipped([("C:/outside.png", b"x"), *two_classes()]),
    "a name of dots": lambda: zipped([(".", b"x"), ("./", b""), *two_classes()]),
    "no name": lambda: zipped(two_classes()).replace(b"cats/0.png", b"\0ats/0.png"),
    "a class called ..": lambda: zipped([("a/../b/0.png", b"x"), *two_classes()]),
    "classes called by signs": lambda: zipped(
        [("<script>/0.png", pictures.seeds("png")[0]), ("$(id)/0.png", pictures.seeds("png")[0])]
    ),
    "a class of 300 letters": lambda: zipped([("x" * 300 + "/0.png", pictures.seeds("png")[0]), *two_classes()]),
    "a symbolic link": lambda: zip_of_link(),
    "a ZIP in a ZIP in a ZIP": lambda: nested_zip(),
    "a quine": lambda: zipped([("a/r.zip", zipped(two_classes())), *two_classes()]),
    "bombs as pictures": lambda: zipped(two_classes(pictures.hostile("png")["huge size declared"]())),
    "large pictures": lambda: zipped(
        two_classes(pictures.hostile("png")["40 million pixels of nothing"]()), zipfile.ZIP_STORED
    ),
    "encrypted": lambda: encrypted(zipped(two_classes())),
    "a GIF and a ZIP": lambda: pictures.seeds("gif")[0] + zipped(two_classes()),
    "names that are no Unicode": lambda: zipped(two_classes()).replace(b"cats/", b"\xff\xfe\xfd\xfc/"),
    "an unknown version": lambda: zipped(two_classes()).replace(
        b"PK\x01\x02\x14\x03\x14\0", b"PK\x01\x02\x14\x03\xff\xff"
    ),
    "only its end": lambda: b"PK\x05\x06" + b"\xff" * 18,
    "empty": lambda: b"",
}


def zip_of_link():
    info = zipfile.ZipInfo("cats/link.png")
    info.external_attr = 0o120777 << 16
    return zipped([(info, "/etc/passwd"), *two_classes()])


def nested_zip():
    inner = bomb_zip(50_000_000)
    for _ in range(5):
        inner = zipped([("a/inner.zip", inner), ("b/inner.zip", inner)])
    return inner


def encrypted(packed):
    made = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(signature)
        while place >= 0:
            made[place + offset] |= 1
            place = made.find(signature, place + 4)
    return bytes(made)


def tar_with(members, compress=gzip.compress):
    """A packed tar archive of `TarInfo`s with their contents, and no end."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return compress(buffer.getvalue())


def info(name, kind=tarfile.REGTYPE, link=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def header(name, size, kind=b"0"):
    """A header of a member that says it has `size` bytes, also below zero."""
    made = tarfile.TarInfo(name)
    made.type = kind
    block = bytearray(made.tobuf(tarfile.GNU_FORMAT)[:512])
    block[124:136] = b"\x80" + (size % 2**88).to_bytes(11, "big") if size >= 0 else (size % 2**96).to_bytes(12, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def sound_members():
    return [(info(name), content) for name, content in python_members(small_batches(2)).items()]


def endless(content, size):
    """`content`, then `size` zero bytes, gzipped: a gzip file may be many."""
    return gzip.compress(content) + gzip.compress(bytes(1_000_000)) * (size // 1_000_000)


HOSTILE_TARS = {
    "a way out": lambda: tar_with([(info("../../outside"), b"x"), *sound_members()]),
    "an absolute name": lambda: tar_with([(info("/tmp/outside"), b"x"), *sound_members()]),
    "a symbolic link as a batch": lambda: tar_with([(info("data_batch_1", tarfile.SYMTYPE, "/etc/passwd"), b"")]),
    "a hard link as a batch": lambda: tar_with([(info("data_batch_1", tarfile.LNKTYPE, "/etc/passwd"), b"")]),
    "a link to itself": lambda: tar_with([(info("test_batch", tarfile.SYMTYPE, "test_batch"), b"")]),
    "a device as a batch": lambda: tar_with([(info("data_batch_1", tarfile.CHRTYPE), b"")]),
    "a pipe as a batch": lambda: tar_with([(info("data_batch_1", tarfile.FIFOTYPE), b"")]),
    "a batch of 2 GB": lambda: endless(header("data_batch_1", 2 * GIGABYTE), 2 * GIGABYTE),
    "another member of 6 GB": lambda: endless(header("readme", 6 * GIGABYTE), 6 * GIGABYTE),
    "a size below zero": lambda: gzip.compress(header("data_batch_1", -512) + bytes(1_024)),
    "another size below zero": lambda: gzip.compress(header("readme", -1_024) + bytes(2_048)),
    "a name of 2 GB": lambda: endless(header("././@LongLink", 2 * GIGABYTE, b"L"), 2 * GIGABYTE),
    "a pax header of 1 GB": lambda: endless(header("pax", GIGABYTE, b"x"), GIGABYTE),
    "a pax header that is no such": lambda: gzip.compress(header("pax", 200_000, b"x") + b"1" * 200_192),
    "a pax header of 20 MB of digits": lambda: gzip.compress(header("pax", 20_000_000, b"x") + b"1" * 20_000_256, 1),
    "a sparse member": lambda: gzip.compress(header("data_batch_1", 512, b"S") + bytes(4_096)),
    "half a million members": lambda: gzip.compress(header("a", 0) * 500_000, 1),
    "batches that are too large together": lambda: gzip.compress(
        b"".join(header(f"other{number}", 39_000_000) + bytes(39_000_064) for number in range(12)), 1
    ),
    "six empty batches": lambda: tar_of(dict.fromkeys(python_members(small_batches(2)), b"")),
    "a bomb by bzip2": lambda: tar_with([(info("readme"), bytes(100_000_000))], __import__("bz2").compress),
    "a bomb by LZMA": lambda: tar_with(
        [(info("readme"), bytes(100_000_000))], lambda raw: lzma.compress(raw, preset=0)
    ),
    "a hundred gzips": lambda: gzip.compress(b"") * 100_000,
    "a ZIP": lambda: zipped(two_classes()),
    "empty": lambda: b"",
    **{
        f"a pickle with {name}": lambda made=made: tar_of(
            {**python_members(small_batches(2)), "cifar-10-batches-py/data_batch_1": made()}
        )
        for name, made in HOSTILE_PICKLES.items()
    },
}


def npy(descr, shape, content=b"", fortran=False, head=None):
    text = head or repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x02\0" + struct.pack("<I", len(text)) + text + content


def npz_with(array):
    sound = dict(zip(("x_train", "y_train", "x_test", "y_test"), small_arrays(8, 4), strict=True))
    members = []
    for name, value in sound.items():
        buffer = io.BytesIO()
        np.save(buffer, value)
        members.append((f"{name}.npy", array if name == "x_train" else buffer.getvalue()))
    return zipped(members)


HOSTILE_NPZ = {
    "a shape of 2**40": lambda: npz_with(npy("|u1", (2**40,))),
    "a shape of 8 GB": lambda: npz_with(npy("|u1", (8 * GIGABYTE // 784, 28, 28), bytes(784))),
    "a shape below zero": lambda: npz_with(npy("|u1", (-1, 28, 28), bytes(784))),
    "a shape without end": lambda: npz_with(npy("|u1", (0,) * 60)),
    "a shape of truths": lambda: npz_with(npy("|u1", (True, 28, 28), bytes(784))),
    "numbers of 2 GB each": lambda: npz_with(npy("|V2000000000", (0, 28, 28))),
    "objects": lambda: npz_with(npy("|O", (1,), pickle.dumps(Harm(), 2))),
    "a bomb": lambda: npz_with(npy("|u1", (300_000_000 // 784, 28, 28), bytes(300_000_000 // 784 * 784))),
    "a head of brackets": lambda: npz_with(npy("", (), head=b"(" * 9_000)),
    "a head of a megabyte": lambda: npz_with(npy("", (), head=b" " * 1_000_000)),
    "a head that is code": lambda: npz_with(npy("", (), head=b"__import__('os').system('touch unpickled')")),
    "text instead of pixels": lambda: npz_with(npy("<U28", (8, 28, 28), bytes(8 * 28 * 28 * 112))),
    "dates": lambda: npz_with(npy("<M8[s]", (8, 28, 28), bytes(8 * 28 * 28 * 8))),
    "a pickle": lambda: pickle.dumps(Harm(), 2),
    **HOSTILE_ZIPS,
}

HOSTILE_IDX = {
    "a rank of 255": lambda: b"\0\0\x08\xff" + bytes(1_020),
    "a rank of 100 and one value": lambda: b"\0\0\x08\x64" + b"\0\0\0\x01" * 100 + b"x",
    "4 billion digits": lambda: b"\0\0\x08\x03" + b"\xff" * 12,
    "a bomb": lambda: endless(b"\0\0\x08\x01\x3b\x9a\xca\0", GIGABYTE),
    "floats": lambda: b"\0\0\x0d\x01\0\0\0\x01" + bytes(4),
    "no values": lambda: b"\0\0\x08\x03" + bytes(12),
    "a hundred thousand gzips": lambda: gzip.compress(b"") * 100_000,
    "empty": lambda: b"",
}


def h5_with(change):
    """A sound file after `change(file)`."""

    def write(path):
        write_keras(path, tiny_convolutions("vgg19"))
        with h5py.File(path, "a") as file:
            change(file)

    return written(write)


def _replace(file, **options):
    name = "block1_conv1/block1_conv1_W_1:0"
    del file[name]
    file.create_dataset(name, **options)


def _external(file):
    del file["block1_conv1"]
    file["block1_conv1"] = h5py.ExternalLink("/etc/passwd", "/a")


def _stored_elsewhere(file):
    _replace(file, shape=(3, 3, 3, 2), dtype="f4", external=[("/etc/passwd", 0, 216)])


def _virtual(file):
    del file["block1_conv1/block1_conv1_W_1:0"]
    layout = h5py.VirtualLayout(shape=(3, 3, 3, 2), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", shape=(3, 3, 3, 2))
    file.create_virtual_dataset("block1_conv1/block1_conv1_W_1:0", layout)


def _circle(file):
    file["block1_conv1/again"] = h5py.SoftLink("/block1_conv1")
    file["block1_conv1/loop"] = h5py.SoftLink("loop")
    file["hard_conv1"] = file["/"]


def _names(file, names):
    file["block1_conv1"].attrs["weight_names"] = names


HOSTILE_H5 = {
    "a kernel of 2**50 numbers": lambda: h5_with(
        lambda f: _replace(f, shape=(2**25, 2**25), dtype="f4", chunks=(64, 64))
    ),
    "a bomb": lambda: h5_with(
        lambda f: _replace(f, data=np.zeros((25, 1_000_000), np.float32), compression="gzip", chunks=(25, 1_000_000))
    ),
    "another file by a link": lambda: h5_with(_external),
    "another file as storage": lambda: h5_with(_stored_elsewhere),
    "another file as a view": lambda: h5_with(_virtual),
    "links in circles": lambda: h5_with(_circle),
    "names that lead elsewhere": lambda: h5_with(lambda f: _names(f, [b"../../x", b"/block1_conv2"])),
    "one name": lambda: h5_with(lambda f: _names(f, [b"block1_conv1_W_1:0"])),
    "names that are numbers": lambda: h5_with(lambda f: _names(f, [1, 2])),
    "names that are no Unicode": lambda: h5_with(lambda f: _names(f, np.array([b"\xff\xfe", b"\xfd"]))),
    "texts as numbers": lambda: h5_with(
        lambda f: _replace(f, data=np.array(["a" * 50] * 54, dtype=h5py.string_dtype()))
    ),
    "references": lambda: h5_with(lambda f: _replace(f, shape=(3, 3, 3, 2), dtype=h5py.ref_dtype)),
    "a hundred thousand layers": lambda: h5_with(lambda f: [f.create_group(f"x_conv{n}") for n in range(20_000)]),
    "only its signature": lambda: b"\x89HDF\r\n\x1a\n",
    "empty": lambda: b"",
}


def mat_with(content):
    return written(lambda path: scipy.io.savemat(path.open("wb"), content))


def mat_element(kind, body):
    return struct.pack("<II", kind, len(body)) + body


def mat_cells(levels):
    """Cells in cells, `levels` deep, in a variable called layers."""
    inner = b""
    for level in range(levels):
        flags = mat_element(6, struct.pack("<II", 1, 0))
        dims = mat_element(5, struct.pack("<ii", 1, 1 if inner else 0))
        name = b"layers\0\0" if level == levels - 1 else b""
        inner = mat_element(14, flags + dims + mat_element(1, name) + inner)
    return MAT_HEAD + inner


MAT_HEAD = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\x01IM"


def mat_cell_array(count):
    flags, dims = mat_element(6, struct.pack("<II", 1, 0)), mat_element(5, struct.pack("<ii", count, 1))
    return MAT_HEAD + mat_element(14, flags + dims + mat_element(1, b"layers\0\0"))


def mat_packed(body):
    packed = zlib.compress(body, 9)
    return MAT_HEAD + mat_element(15, packed)


def mat_bomb(size):
    """A variable of `size` zero bytes, packed."""
    inner = mat_element(6, struct.pack("<II", 6, 0)) + mat_element(5, struct.pack("<ii", size // 8, 1))
    inner += mat_element(1, b"layers\0\0") + struct.pack("<II", 9, size)
    head = zlib.compressobj(9)
    packed = head.compress(struct.pack("<II", 14, len(inner) + size) + inner) + head.flush(zlib.Z_FULL_FLUSH)
    return MAT_HEAD + mat_element(15, packed + pictures.raw_zeros(size))


def deep_mat(levels):
    """The same as `mat_cells`, made from the outside, as deep as one likes."""
    sizes, inner = [], 0
    for level in range(levels):
        head = 8 + 8 + 8 + 8 + 8 + (8 if level == levels - 1 else 0)
        inner += head + 8
        sizes.append(inner - 8)
    made = bytearray(MAT_HEAD)
    for level in reversed(range(levels)):
        made += struct.pack("<II", 14, sizes[level]) + mat_element(6, struct.pack("<II", 1, 0))
        made += mat_element(5, struct.pack("<ii", 1, 1 if level else 0))
        made += mat_element(1, b"layers\0\0" if level == levels - 1 else b"")
    return bytes(made)


HOSTILE_MAT = {
    "2 billion cells": lambda: mat_cell_array(2**31 - 1),
    "50 million cells": lambda: mat_cell_array(50_000_000),
    "cells below zero": lambda: mat_cell_array(-5),
    "a thousand levels": lambda: deep_mat(1_000),
    "half a million levels": lambda: deep_mat(400_000),
    "a bomb": lambda: mat_bomb(2 * GIGABYTE),
    "an element of 4 GB": lambda: MAT_HEAD + struct.pack("<II", 14, 2**32 - 1) + bytes(100),
    "packed nothing": lambda: mat_packed(b""),
    "layers of texts": lambda: mat_with({"layers": cell("a", "b"), "normalization": {"averageImage": "c"}}),
    "no layers": lambda: mat_with({"normalization": {"averageImage": np.zeros((2, 2, 3))}}),
    "the newest format": lambda: b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\x02IM" + bytes(384) + b"\x89HDF\r\n\x1a\n",
    "the oldest format": lambda: struct.pack("<IIIII", 0, 2**31 - 1, 2**31 - 1, 0, 7) + b"layers\0",
    "empty": lambda: b"",
}


def run_json(**changes):
    values = {
        "experiment": "mnist",
        "id": "0123456789abcdef",
        "settings": {"steps": 10},
        "name": "",
        "state": "Completed",
        "reason": "",
        "created": 1.7e9,
        "elapsed_s": 3.0,
        "result": {"test_accuracy": 0.9},
        "owner": "ann",
    }
    return json.dumps({**values, **changes}).encode()


def run_events():
    address = "data:image/png;base64," + __import__("base64").b64encode(pictures.seeds("png")[2]).decode()
    return [
        {"event": "progress", "elapsed_s": 1.0, "step": 1, "total": 10, "metrics": {"train_loss": 1.5}},
        {
            "event": "predictions",
            "elapsed_s": 1.0,
            "step": 1,
            "images": [address],
            "labels": [1],
            "predicted": [1],
            "probabilities": [[0.1] * 10],
        },
        {"event": "snapshot", "elapsed_s": 1.0, "step": 1, "name": "", "picture": "aGVsbG8="},
        {"event": "completed", "elapsed_s": 2.0, "result": {"test_accuracy": 0.9}},
    ]


HOSTILE_RUNS = {
    "brackets": lambda: b"[" * 200_000,
    "created never": lambda: run_json(created="yesterday"),
    "a number that is a text": lambda: run_json(number="7"),
    "a number without end": lambda: run_json(number=10**4000),
    "created after the end of time": lambda: run_json(created=1e300),
    "a name that is a list": lambda: run_json(name=["a"]),
    "an unknown state": lambda: run_json(state={}),
    "a result that is a text": lambda: run_json(result="all"),
    "the id of another": lambda: run_json(id="../../../etc"),
    "steps without end": lambda: run_json(settings={"steps": 10**400}),
    "an unknown setting": lambda: run_json(settings={"__class__": 1}),
    "NaN": lambda: run_json(created=float("nan")),
    "a huge picture": lambda: _event_of(pictures.hostile("png")["huge size declared"]()),
    "a picture of 40 million": lambda: _event_of(pictures.hostile("png")["40 million clear pixels"]()),
    "a picture that is PostScript": lambda: _event_of(pictures.POSTSCRIPT),
    "events that are numbers": lambda: b"1\n2\n3",
    "an event without end": lambda: b'{"event": "progress", "step": ' + b"9" * 100_000 + b"}",
    "empty": lambda: b"",
}


def _event_of(picture):
    address = "data:image/png;base64," + __import__("base64").b64encode(picture).decode()
    return json.dumps({**run_events()[1], "images": [address]}).encode()


HOSTILE = {
    "zip": HOSTILE_ZIPS,
    "tar": HOSTILE_TARS,
    "pickle": HOSTILE_PICKLES,
    "torch": {
        **HOSTILE_PICKLES,
        "a storage of 2**60": lambda: torch_file({"a": (2, 3)})[:-32] + struct.pack("<q", 2**60) + bytes(24),
        "a tensor of 2**120 by strides of zero": lambda: (
            torch_file({"a": (5, 5)})
            .replace(_tuple((5, 5)), b"(\x8a\x08" + b"\xff" * 7 + b"\x3f" + b"\x8a\x08" + b"\xff" * 7 + b"\x3ft")
            .replace(_tuple((5, 1)), _tuple((0, 0)))
        ),
        "OrderedDict": lambda: OrderedDict and torch_file({})[:-3],
    },
    "npz": HOSTILE_NPZ,
    "idx": HOSTILE_IDX,
    "h5": HOSTILE_H5,
    "mat": HOSTILE_MAT,
    "run": HOSTILE_RUNS,
}
