"""How figures look: one column of a journal, distinct in grey and for colour-blind readers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ..errors import needs

try:
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter
except ModuleNotFoundError as error:
    raise needs("matplotlib", "glasswell.figures", "figures") from error

#: Colours of Okabe and Ito that also differ in grey; curves and points of several campaigns take them in this order.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
LINES = ("-", "--", "-.", ":")
#: Width of one column of a journal, inches.
COLUMN = 3.375

#: Colour, marker and label of each kind of double well.
KINDS = {
    "tunnelling": ("#D55E00", "o", "tunnelling"),
    "intrawell": ("#0072B2", "s", "intrawell"),
    "no_barrier": ("#999999", "^", "no barrier"),
    "none": ("#000000", "x", "no levels"),
}

_P = ParamSpec("_P")
_R = TypeVar("_R")

_SETTINGS: Any = {
    "figure.figsize": (COLUMN, 0.78 * COLUMN),
    "figure.constrained_layout.use": True,
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "lines.linewidth": 1.1,
    "lines.markersize": 4,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
}


def style() -> AbstractContextManager[None]:
    """The settings of a one-column figure: `with glasswell.figures.style(): ...`."""
    # loads the backend before the context, whose end would undo what the backend sets: notebooks would show no figures
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    return mpl.rc_context(_SETTINGS)


def in_style(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """Draws in this style, unless the caller gives axes, which have a style of their own."""

    @wraps(draw)
    def drawn(*args: _P.args, **options: _P.kwargs) -> _R:
        if options.get("axes") is not None:
            return draw(*args, **options)
        with style():
            return draw(*args, **options)

    return drawn


def new_axes(axes: Axes | None) -> Axes:
    """These axes, or those of a new figure of one column."""
    return plt.figure().add_subplot() if axes is None else axes


def legend_above(axes: Axes, title: str | None = None, columns: int = 4) -> None:
    """A legend above the axes, where it hides no data."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(
            title=title, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, columnspacing=0.8,
            handletextpad=0.3, handlelength=1.3, borderaxespad=0.2, alignment="left",
        )  # fmt: skip


def around(axes: Axes, energy: float) -> None:
    """A logarithmic range of energies around one, where there is nothing else to draw."""
    axes.set_xlim(energy / 10, energy * 10)
    axes.set_xscale("log")


def tidy(axes: Axes) -> None:
    """Labels of logarithmic axes that do not overlap: 1, 2, 5 where an axis spans less than two factors of 10."""
    pairs = ((axes.xaxis, axes.get_xscale(), axes.get_xlim()), (axes.yaxis, axes.get_yscale(), axes.get_ylim()))
    for axis, scale, (low, high) in pairs:
        if scale != "log":
            continue
        if high < 100 * low:
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(FormatStrFormatter("%g"))
        axis.set_minor_formatter(NullFormatter())
