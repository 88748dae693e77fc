"""Checksums: the seal of a file, and the checksum of each data set (docs/files.md, Checksums)."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import xxhash
from numpy.typing import NDArray

_MARK = b"glasseal"
#: Bytes of the number of data sets, two checksums and the mark.
_END = 32
_PIECE = 1 << 20


def is_whole(path: Path) -> bool | None:
    """Whether names, shapes and attributes of a file are as they were written; None for a file without a seal.

    After the end of the HDF5 data there are: start and length of the values of each data set, their number n, the XXH3
    (64 bits) of these numbers, that of all bytes between the values, and the letters glasseal.
    """
    with path.open("rb") as file:
        length = file.seek(0, 2)
        if length < _END:
            return None
        file.seek(length - _END)
        count, of_numbers, of_rest, mark = struct.unpack("<QQQ8s", file.read(_END))
        if mark != _MARK:
            return None
        sealed = length - _END - 16 * count
        if sealed < 0:
            return False
        file.seek(sealed)
        numbers = file.read(16 * count + 8)
        if xxhash.xxh3_64_intdigest(numbers) != of_numbers:
            return False
        places = list(struct.iter_unpack("<QQ", numbers[:-8]))
        return bool(_between(file, places, sealed) == of_rest)


def _between(file: BinaryIO, places: list[tuple[int, int]], end: int) -> int | None:
    """Checksum of the bytes before `end` that are not values; None when the places are impossible."""
    hasher = xxhash.xxh3_64()
    at = 0
    for start, length in [*places, (end, 0)]:
        if not at <= start <= start + length <= end:
            return None
        file.seek(at)
        left = start - at
        while left > 0:
            piece = file.read(min(left, _PIECE))
            if not piece:
                return None
            hasher.update(piece)
            left -= len(piece)
        at = start + length
    return hasher.intdigest()


def of_rows(rows: NDArray[np.generic], first: int = 0) -> int:
    """Checksum of consecutive rows from number `first` on: the sum modulo 2^64 of the XXH3 (64 bits) of the bytes of each
    row, with the row's number as the seed. A scalar is one row."""
    if rows.ndim == 0:
        return int(xxhash.xxh3_64_intdigest(rows.tobytes(), seed=first))
    if rows.size == 0:
        return 0
    data = memoryview(np.ascontiguousarray(rows).tobytes())
    step = len(data) // len(rows)
    digest = xxhash.xxh3_64_intdigest
    total = sum(digest(data[k * step : (k + 1) * step], seed=first + k) for k in range(len(rows)))
    return int(total % 2**64)
