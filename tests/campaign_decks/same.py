"""same.py A B [--decks-differ]: every object, attribute and byte of two files outside /timing is the same."""
import sys

import h5py
import numpy

DECK = ("deck", "deck_hash", "deck_keys")


def contents(path, skip):
    found = {}

    def attributes(name, item):
        for key, value in item.attrs.items():
            if key in skip:
                continue
            value = numpy.asarray(value)
            found[f"{name}@{key}"] = (value.dtype.str, value.shape, value.tolist() if value.dtype == object else value.tobytes())

    def visit(name, item):
        if name.split("/")[0] == "timing":
            return
        attributes(name, item)
        if isinstance(item, h5py.Dataset):
            found[name] = (str(item.dtype), item.shape, item[()].tobytes())
        else:
            found[name] = "group"

    with h5py.File(path) as file:
        attributes("", file)
        file.visititems(visit)
    return found


skip = DECK if "--decks-differ" in sys.argv else ()
a, b = contents(sys.argv[1], skip), contents(sys.argv[2], skip)
different = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
sys.exit("; ".join(different) if different else 0)
