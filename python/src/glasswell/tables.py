"""Tables: a pandas data frame, or a dictionary of arrays where pandas is not installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: A pandas.DataFrame, or `Columns` where pandas is not installed.
Table: TypeAlias = Any


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        values: the values; for a status column the number of each name, from 0.
        units: the units, in the reduced units of the model; "1" for pure numbers.
        description: what it is.
        names: the names of a status column, else None.
    """

    values: NDArray[Any]
    units: str
    description: str
    names: tuple[str, ...] | None = None

    def decoded(self) -> NDArray[Any]:
        """The values, with names in place of numbers."""
        if self.names is None:
            return self.values
        return np.asarray(self.names, dtype=np.str_)[self.values] if self.names else self.values.astype(np.str_)


@dataclass
class Columns(Mapping[str, NDArray[Any]]):
    """Columns of equal length by name, as NumPy arrays.

    `attrs["units"]` and `attrs["description"]` hold the units and the description of each column, as those of a data
    frame do.
    """

    columns: dict[str, Column]
    attrs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.attrs.setdefault("units", {name: column.units for name, column in self.columns.items()})
        self.attrs.setdefault("description", {name: column.description for name, column in self.columns.items()})

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name].decoded()

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())).values) if self.columns else 0

    def where(self, chosen: NDArray[np.bool_]) -> Columns:
        """The chosen rows."""
        kept = {name: replace(column, values=column.values[chosen]) for name, column in self.columns.items()}
        return Columns(kept, dict(self.attrs))

    def table(self, index: str | None = None) -> Table:
        """A data frame with names as categories if pandas is installed, else this object.

        Args:
            index: the name of the index of the data frame, which numbers the rows from 0.
        """
        if find_spec("pandas") is None:
            return self
        import pandas

        def series(column: Column) -> Any:
            if column.names is None:
                return column.values
            return pandas.Categorical.from_codes(column.values, categories=list(column.names))

        frame = pandas.DataFrame({name: series(column) for name, column in self.columns.items()})
        frame.index.name = index
        frame.attrs.update(self.attrs)
        return frame
