"""same.py A B [A B ...] [--decks-differ]: every object, attribute and byte of two files outside /timing is the same."""
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
files = [word for word in sys.argv[1:] if word != "--decks-differ"]
if len(files) < 2 or len(files) % 2:
    sys.exit(__doc__)
found = []
for first, second in zip(files[::2], files[1::2]):
    a, b = contents(first, skip), contents(second, skip)
    different = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
    if different:
        found.append(f"{first} and {second}: {'; '.join(different)}")
sys.exit("\n".join(found) if found else 0)
