"""The file of one stage."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from . import contents, seal
from .errors import DamagedFile, GlasswellError, NotInFile, StageIncomplete, StageMissing, StageOutdated
from .tables import Column, Columns, Table

#: Bytes that `verify` reads at once.
_PIECE = 1 << 26


class StageFile:
    """The HDF5 file of one stage, opened for each read.

    A data set that is read whole is compared with its checksum. A file that is written again while this object exists
    is refused.

    Attributes:
        stage: name of the stage, such as "connect".
        path: path of the file.
        layout: version of the file's layout, 1 or 2.
        version: version of the program that wrote it.
        seed: seed of the campaign.
        sealed: whether the file has checksums of its names, shapes and attributes, which were compared.
        complete: whether the stage did all that its deck requests.
        deck: the deck, as a dictionary; keys that it leaves out have their defaults.
        deck_text: the text of the deck.
        attributes: the other attributes of the file.
    """

    def __init__(self, directory: Path, stage: str) -> None:
        if stage not in contents.FILES:
            raise ValueError(f"no stage {stage!r}: the stages are {', '.join(contents.FILES)}")
        self.stage = stage
        self.path = directory / contents.FILES[stage]
        if not self.path.exists():
            raise StageMissing(
                f"{directory} has no {self.path.name}: run stage {stage} (glasswell run DECK --output {directory}, "
                f"with a section [{stage}] in the deck)"
            )
        self._identity = self._look()
        self._read_header()

    def _look(self) -> tuple[int, int, int]:
        try:
            state = self.path.stat()
        except OSError as error:
            raise StageMissing(f"{self.path}: {error.strerror}") from error
        return state.st_ino, state.st_size, state.st_mtime_ns

    def damaged(self, what: str) -> DamagedFile:
        """The error for a file that cannot be used."""
        return DamagedFile(
            f"{self.path} is damaged: {what}; restore it, or make it again with glasswell run DECK --output "
            f"{self.path.parent} --redo {self.stage}"
        )

    def _read_header(self) -> None:
        try:
            whole = seal.is_whole(self.path)
        except OSError as error:
            raise DamagedFile(f"{self.path} cannot be read: {error.strerror}") from error
        self.sealed = whole is True
        if whole is False:
            raise self.damaged("names, shapes or attributes differ from the checksums of the file")
        with self._open() as file:
            header = {name: _plain(value) for name, value in file.attrs.items()}
        needed = {"glasswell_layout", "glasswell_version", "stage", "deck", "seed", "complete"}
        if not needed <= header.keys():
            raise self.damaged("it lacks the attributes of a file of glasswell")
        self.layout = int(header.pop("glasswell_layout"))
        if self.layout not in contents.LAYOUTS:
            raise GlasswellError(
                f"{self.path} has layout {self.layout}, this package reads layouts 1 and 2: install the package that "
                f"belongs to glasswell {header['glasswell_version']}"
            )
        if header.pop("stage") != self.stage:
            raise self.damaged("it is the file of another stage")
        self.version = str(header.pop("glasswell_version"))
        self.seed = int(header.pop("seed"))
        self.complete = bool(header.pop("complete"))
        self.deck_text = str(header.pop("deck"))
        self.attributes: dict[str, Any] = header

    @contextmanager
    def _open(self) -> Iterator[h5py.File]:
        if self._look() != self._identity:
            raise StageOutdated(f"{self.path} has been written again: open the campaign anew")
        try:
            with h5py.File(self.path, "r", locking="best-effort") as file:
                yield file
        except GlasswellError:
            raise
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise self.damaged(f"HDF5 cannot read it ({error})") from error

    def require_complete(self) -> None:
        """Raises `StageIncomplete` unless the stage did all that its deck requests."""
        if not self.complete:
            raise StageIncomplete(
                f"{self.path} is incomplete: run stage {self.stage} again with the same deck, or open the campaign "
                "with incomplete=True to read what there is"
            )

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The keys of the deck on which the file depends, with their values as text.

        Units of [tunnel] may be added and dropped without other stages.
        """
        lines = str(self.attributes.get("deck_keys", "")).splitlines()
        pairs = (line.split(" = ", 1) for line in lines if " = " in line and not line.startswith("tunnel."))
        return {key: value for key, value in pairs}

    def require_made_from(self, earlier: StageFile) -> None:
        """Raises `StageOutdated` if the file of an earlier stage was made with another value of a key of the deck."""
        for key, value in self._keys.items():
            if earlier._keys.get(key, value) != value:
                raise StageOutdated(
                    f"{self.path} was made with {key} = {value}, {earlier.path.name} beside it with {key} = "
                    f"{earlier._keys[key]}: run stage {self.stage} again"
                )

    @cached_property
    def deck(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.deck_text)
        except tomllib.TOMLDecodeError as error:
            raise self.damaged(f"its deck is no TOML ({error})") from error

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The paths of all data sets."""
        found: list[str] = []

        def visit(name: str, item: object) -> None:
            if isinstance(item, h5py.Dataset):
                found.append("/" + name)

        with self._open() as file:
            file.visititems(visit)
        return tuple(found)

    def has(self, path: str) -> bool:
        """Whether the file holds this data set or group."""
        with self._open() as file:
            return path in file

    def absent(self, path: str) -> NotInFile:
        """The error for a name that this file does not hold."""
        return NotInFile(contents.absent(self.stage, path, self.layout, self.names))

    def _data_set(self, file: h5py.File, path: str) -> h5py.Dataset:
        item = file.get(path)
        if not isinstance(item, h5py.Dataset):
            raise self.absent(path)
        return item

    def shape(self, path: str) -> tuple[int, ...]:
        """The shape of a data set."""
        with self._open() as file:
            return tuple(self._data_set(file, path).shape)

    def units(self, path: str) -> str:
        """The units of a data set."""
        return self.column(path, rows=slice(0, 0)).units

    def column(self, path: str, rows: slice | None = None) -> Column:
        """A data set with its units.

        Args:
            path: path of the data set, such as "/double_wells/barrier".
            rows: the rows to read. All rows are read, and compared with their checksum, if this is left out.

        Raises:
            NotInFile: when the file does not hold it.
            DamagedFile: when it cannot be read or differs from its checksum.
        """
        with self._open() as file:
            data = self._data_set(file, path)
            values = np.asarray(data[()] if rows is None or data.ndim == 0 else data[rows])
            names = _enum(data)
            units, description = (_plain(data.attrs.get(name, "")) for name in ("units", "description"))
            due = data.attrs.get("checksum")
        if (rows is None or values.ndim == 0) and due is not None and values.dtype != object:
            if seal.of_rows(values) != int(due):
                raise self.damaged(f"{path} differs from its checksum")
        if names is not None:
            numbers = np.asarray(list(names), dtype=np.int64)
            if not np.isin(values, numbers).all():
                raise self.damaged(f"{path} holds a number that has no name")
            values = np.searchsorted(numbers, values).astype(np.int16)
        elif values.dtype.kind in "SO":
            values = np.asarray(
                [item.decode() if isinstance(item, bytes) else str(item) for item in values.ravel()], dtype=np.str_
            ).reshape(values.shape)
        return Column(values, str(units), str(description), None if names is None else tuple(names.values()))

    def read(self, path: str, rows: slice | None = None) -> NDArray[Any]:
        """The values of a data set, a status column as names; arguments and errors as those of `column`."""
        return self.column(path, rows).decoded()

    def row(self, path: str, number: int) -> NDArray[Any]:
        """One row of a data set of two or more dimensions, such as the positions of one glass; errors as `column`."""
        return np.asarray(self.read(path, slice(number, number + 1))[0])

    def attribute(self, path: str, name: str) -> Any:
        """An attribute of a group or data set."""
        with self._open() as file:
            if path not in file:
                raise self.absent(path)
            if name not in file[path].attrs:
                raise NotInFile(f"{path} in {self.path.name} has no attribute {name}")
            return _plain(file[path].attrs[name])

    def columns(self, group: str) -> Columns:
        """The columns of a group: its data sets of one dimension, except those of its subgroups.

        Raises:
            NotInFile: when the file does not hold this group.
        """
        group = "/" + group.strip("/")
        found = [name for name in self.names if name.rpartition("/")[0] == group]
        if not found:
            raise self.absent(group)
        flat = [name for name in found if len(self.shape(name)) == 1]
        columns = Columns({name.rpartition("/")[2]: self.column(name) for name in flat})
        if len({len(column.values) for column in columns.columns.values()}) > 1:
            raise NotInFile(f"{group} in {self.path.name} is no table, its columns differ in length: read them one by one")
        return columns

    def table(self, group: str) -> Table:
        """The columns of a group as a table, for example "/visits"; errors as those of `columns`."""
        return self.columns(group).table()

    @cached_property
    def fingerprint(self) -> int:
        """The sum modulo 2^64 of the checksums of all data sets outside /timing."""
        with self._open() as file:
            sums = (int(file[name].attrs.get("checksum", 0)) for name in self.names if not name.startswith("/timing/"))
            return sum(sums) % 2**64

    def verify(self) -> None:
        """Compares every data set with its checksum, and asks for the seal of the whole file.

        Raises:
            DamagedFile: names the first data set that differs; or when the file has no seal, because an earlier version
                or another program wrote it.
        """
        for path in self.names:
            with self._open() as file:
                data = self._data_set(file, path)
                due = data.attrs.get("checksum")
                if due is None:
                    raise self.damaged(f"{path} has no checksum")
                if data.ndim == 0:
                    total = seal.of_rows(np.asarray(data[()]))
                else:
                    row_bytes = max(1, data.dtype.itemsize * int(np.prod(data.shape[1:], dtype=np.int64)))
                    step = max(1, _PIECE // row_bytes)
                    starts = range(0, len(data), step)
                    total = sum(seal.of_rows(np.asarray(data[first : first + step]), first) for first in starts) % 2**64
            if total != int(due):
                raise self.damaged(f"{path} differs from its checksum")
        if not self.sealed:
            raise self.damaged("it has no seal, so that an earlier version or another program wrote it, or it was cut")


def _plain(value: Any) -> Any:
    """An attribute as a Python or NumPy value."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    return value.item() if isinstance(value, np.generic) else value


def _enum(data: h5py.Dataset) -> dict[int, str] | None:
    """The names of an enum by number."""
    numbers = h5py.check_enum_dtype(data.dtype)
    if numbers is None or data.dtype == np.bool_:
        return None
    return {int(number): str(name) for name, number in sorted(numbers.items(), key=lambda item: int(item[1]))}

