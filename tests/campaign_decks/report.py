"""Compares the page of `glasswell report` with the files of its campaign, read by h5py.

    report.py CAMPAIGN_DIRECTORY PAGE.html

Prints what was compared. Uses nothing of glasswell.
"""
import json
import re
import sys
from html.parser import HTMLParser

import h5py
import numpy as np


class Page(HTMLParser):
    """The texts of the numbers at the top, the table of double wells, and the data of the plots."""

    VOID = {"meta", "br", "link", "img", "input", "hr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tiles, self.data, self.rows, self.ids, self.cells = [], {}, {}, [], [], []
        self.name = self.unit = self.script = None
        self.feed(text)
        self.close()
        assert not self.open, f"elements that do not end: {self.open}"

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "data", "srcset", "action"):
            assert not attributes.get(name, "#").startswith(("http", "//")), (tag, attributes)
        assert tag not in ("link", "iframe", "object", "embed", "base"), tag
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.append(attributes["id"])
        if tag == "tr" and "data-well" in attributes:
            self.rows.append([])
        if tag == "td" and self.rows:
            self.rows[-1].append(attributes.get("data-value"))
        if tag == "td":
            self.cells.append("")
        if tag == "dt":
            self.name = ""
        self.script = attributes["id"] if tag == "script" and "id" in attributes else None
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag
        self.script = None

    def handle_data(self, text):
        if self.script:
            self.data[self.script] = json.loads(text)
        elif "dt" in self.open:
            self.name += text
        elif self.open[-2:] == ["dd", "strong"]:
            self.tiles.setdefault(self.name, []).append(text)
        elif "td" in self.open:
            self.cells[-1] += text


def significant(value):
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa}×10{int(exponent)}".replace("-", "−")
    return f"{value:.{max(0, 2 - int(np.floor(np.log10(abs(value)))))}f}"


def close(one, other, what):
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    assert one.shape == other.shape and np.allclose(one, other, rtol=1e-4, atol=0), (what, one, other)


def main():
    directory, path = sys.argv[1:]
    text = open(path, encoding="utf-8").read()
    # without Plotly's own script, which names addresses of services that nothing here uses
    start = text.index('<script type="text/javascript">')
    page = Page(text[:start] + text[text.index("</script>", start) + len("</script>"):])
    outside = text[:start] + text[text.index("</script>", start):]
    assert "http" not in outside and "@import" not in outside and "url(" not in outside
    glasses, landscape, paths, tunnelling = (
        h5py.File(f"{directory}/{name}.h5") for name in ("glasses", "landscape", "paths", "tunnelling")
    )
    number, particles = glasses["glasses/species"].shape
    exchange = paths["double_wells/exchange"][:]
    assert page.tiles["glasses"] == [str(number)], page.tiles
    assert page.tiles["minima"] == [str(len(landscape["minima/energy"]) + len(paths["minima/energy"]))], page.tiles
    assert page.tiles["double wells"] == [str((~exchange).sum())], page.tiles
    units = [name for name in tunnelling if "splitting" in tunnelling[name]]
    # a reduced mass of the deck comes after the materials
    units.sort(key=lambda name: (name == "light", name))
    for place, name in enumerate(units):
        unit = tunnelling[name]
        kinds = h5py.check_enum_dtype(unit["kind"].dtype)
        tunnels = (unit["kind"][:] == kinds["tunnelling"]) & ~exchange
        assert page.tiles["tunnelling"][place] == str(tunnels.sum()), (name, page.tiles)
        assert page.tiles["active, E < kB TQ"][place] == str(unit["active"][:].sum()), (name, page.tiles)
        for group in ("density_tunnelling", "density"):
            numbers = unit[group].attrs
            due = significant(numbers["n0"] if numbers["counts"][0] else numbers["errors"][1])
            words = page.cells[0] if numbers["counts"][0] else "no system below TQ; 68 % upper limit " + due
            found = [cell for cell in page.cells if due in cell and "per atom and epsilon" in cell]
            assert found and (numbers["counts"][0] or words in found[0]), (name, group, due, page.cells[:12])
        drawn = {trace["name"]: trace for trace in page.data[f"drawing-density-{2 * place}"]["data"]}
        for trace, group in (("all kinds", "density"), ("tunnelling", "density_tunnelling")):
            n = len(unit[group]["splitting"])
            close(drawn[trace]["x"][:n], unit[group]["splitting"][:], f"{name} {trace}")
            close(drawn[trace]["y"][:n], unit[group]["cumulative"][:], f"{name} {trace}")
            # n(E) is constant to beyond the largest splitting of all
            close(drawn[trace]["x"][n:], 1.2 * unit["density"]["splitting"][-1:] if len(drawn[trace]["x"]) > n else [], name)
            close(drawn[trace]["y"][n:], unit[group]["cumulative"][-1:] if len(drawn[trace]["x"]) > n else [], name)
        divided = {trace["name"]: trace for trace in page.data[f"drawing-density-{2 * place + 1}"]["data"]}
        splitting, n = unit["density"]["splitting"][:], unit["density"]["cumulative"][:]
        tops = divided["all kinds"]["y"][:-1][::2]
        close(tops, n / splitting, f"{name}: n(E)/E")
        mark = page.data[f"drawing-density-{2 * place}"]["layout"]["shapes"][0]
        close(mark["x0"], 2 * np.pi / unit.attrs["reduced_mass"], "k_B T_Q")
    wells, first = paths["double_wells"], tunnelling[units[0]]
    assert len(page.rows) == min(100, len(exchange))
    for cells in page.rows:
        row = int(cells[0])
        due = [wells["glass"][row], wells["a"][row], wells["b"][row]]
        assert [int(cell) for cell in cells[9:]] == due, (cells, due)
        due = [first["splitting"][row], first["tunnelling_element"][row], wells["barrier"][row], wells["length"][row]]
        due += [wells["participation_ratio"][row], wells["asymmetry"][row]]
        assert np.allclose([float(cell) for cell in cells[3:9]], due, rtol=1e-12, equal_nan=True), (cells, due)
    # the picture of the first double well: its levels, its profile, its largest displacement
    shown, row = page.data["wells-data"][0], int(page.rows[0][0])
    assert re.search(rf"--well {row} --output well-{row}.xyz$", shown["command"]), shown["command"]
    names = [trace.get("name", "") for trace in shown["well"]["data"]]
    levels = [float(name.split("= ")[1].split()[0]) for name in names if name.startswith("<i>e")][::2]
    assert np.allclose(levels, first["levels"][row][:3], rtol=1e-3), (levels, first["levels"][row])
    curve = shown["well"]["data"][0]
    s, energy = wells["profile/arc_length"][row], wells["profile/energy"][row]
    inside = [(x, y) for x, y in zip(curve["x"], curve["y"]) if 0 <= x <= s[-1]]
    assert len(inside) > 20
    for x, y in inside:
        assert abs(y - np.interp(x, s, energy)) < 0.02 * energy.max(), (x, y)
    glass = wells["glass"][row]
    of_glass = {}
    for file in (landscape, paths):
        rows = np.nonzero(file["minima/glass"][:] == glass)[0]
        of_glass.update({int(file["minima/index"][k]): file["minima/position"][int(k)] for k in rows})
    box = glasses["glasses/box"][glass]
    d = of_glass[int(wells["b"][row])] - of_glass[int(wells["a"][row])]
    d -= np.median(d, axis=0)
    d -= box * np.round(d / box)
    d -= d.mean(axis=0)
    length = np.linalg.norm(d, axis=1)
    due = f" {length.argmax()} {length.max():.3f}"
    assert due in shown["field_words"], (shown["field_words"], due)
    assert shown["field"]["data"][2]["text"][0].endswith(f" {length.argmax()}"), shown["field"]["data"][2]["text"]
    print(f"{len(units)} units, {len(page.rows)} double wells, {len(page.data)} plots, {len(text) / 1e6:.1f} MB")
    print("ids", *page.ids)


main()
