"""ZIP archives and .npy files, honest or lying, built record by record."""

import io
import struct
import zlib

import numpy as np


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_claiming(shape, descr="|u1", data=b"", version=(1, 0), fortran=False):
    """Write a header by hand, and after it whatever."""
    header = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + data


def deflated(data):
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def deflated_zeros(start, megabytes):
    """Deflate `start` and then so many MB of zeros, without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + zeros * megabytes + packer.flush()


def entry(
    name,
    data,
    *,
    packed=None,
    size=None,
    packed_size=None,
    crc=None,
    flags=0,
    method=8,
    local_name=None,
):
    """One member: (name, local record with its data, the fields both records share)."""
    name = name.encode() if isinstance(name, str) else name
    packed = (
        deflated(data) if packed is None and method == 8 else data if packed is None else packed
    )
    fields = struct.pack(
        "<5H3L",
        20,
        flags,
        method,
        0,
        0x21,
        zlib.crc32(data) if crc is None else crc,
        len(packed) if packed_size is None else packed_size,
        len(data) if size is None else size,
    )
    local = local_name or name
    record = b"PK\3\4" + fields + struct.pack("<2H", len(local), 0) + local + packed
    return name, record, fields


def zipped(*entries, comment=b""):
    """Join members to an archive."""
    directory, at = [], 0
    for name, record, fields in entries:
        place = struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, at)
        directory.append(b"PK\1\2\x14\0" + fields + place + name)
        at += len(record)
    body, directory = b"".join(record for _, record, _ in entries), b"".join(directory)
    end = struct.pack(
        "<4s4H2LH",
        b"PK\5\6",
        0,
        0,
        len(entries) & 0xFFFF,
        len(entries) & 0xFFFF,
        len(directory),
        len(body),
        len(comment),
    )
    return body + directory + end + comment


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
