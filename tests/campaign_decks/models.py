"""The models and the files of a campaign, for the scripts that compute its figures again: plain sums over all pairs."""
import sys
import tomllib

import h5py
import numpy as np

DIRECTORY, PRESET = sys.argv[1:3]
FILES = {name: h5py.File(f"{DIRECTORY}/{name}.h5") for name in ("glasses", "landscape", "paths", "tunnelling")}
DECK = tomllib.loads(FILES["glasses"].attrs["deck"])
DENSITY = {"pss": 1.0, "tlj": 1.35}[PRESET]


def read(file, path):
    return FILES[file][path][()]


def names(file, path):
    kinds = {number: name for name, number in h5py.check_enum_dtype(FILES[file][path].dtype).items()}
    return np.array([kinds[number] for number in read(file, path)], dtype=object)


def near(what, ours, theirs, absolute=0.0, relative=0.0):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape, (what, ours.shape, theirs.shape)
    assert (np.isnan(ours) == np.isnan(theirs)).all(), (what, ours, theirs)
    off = np.nan_to_num(np.abs(ours - theirs) - absolute - relative * np.abs(theirs))
    assert ours.size == 0 or off.max() <= 0.0, (what, ours, theirs)


def equal(what, ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape and (ours == theirs).all(), (what, ours, theirs)


# --- the models -----------------------------------------------------------------------------------------------------
PAIR = {"epsilon": [[1, 1.5, 1.25], [1.5, 0.5, 1.0], [1.25, 1.0, 0.75]], "sigma": [[1, 0.8, 0.9], [0.8, 0.88, 0.84], [0.9, 0.84, 0.94]]}


class Model:
    def __init__(self, glass):
        self.box = read("glasses", "/glasses/box")[glass]
        self.n = read("glasses", "/glasses/species").shape[1]
        if PRESET == "pss":
            s = read("glasses", "/glasses/diameter")[glass]
            self.sigma = (s[:, None] + s) / 2 * (1 - 0.2 * abs(s[:, None] - s))
            self.epsilon, self.cutoff = np.ones((self.n, self.n)), 1.25
            self.c = [-28 / 1.25**12, 48 / 1.25**14, -21 / 1.25**16]
            self.powers = [(12, 1.0)]
        else:
            species = read("glasses", "/glasses/species")[glass]
            pick = np.ix_(species, species)
            self.epsilon, self.sigma = 4 * np.array(PAIR["epsilon"])[pick], np.array(PAIR["sigma"])[pick]
            self.cutoff = 2.5
            self.c = [10 / 2.5**6 - 28 / 2.5**12, 48 / 2.5**14 - 15 / 2.5**8, 6 / 2.5**10 - 21 / 2.5**16]
            self.powers = [(12, 1.0), (6, -1.0)]

    def pairs(self, x):
        d = x[:, None] - x
        d -= self.box * np.round(d / self.box)
        r = np.sqrt((d**2).sum(-1))
        np.fill_diagonal(r, np.inf)
        y = np.where(r < self.cutoff * self.sigma, r / self.sigma, np.nan)
        c0, c2, c4 = self.c
        v = sum(k * y**-p for p, k in self.powers) + c0 + c2 * y**2 + c4 * y**4
        first = sum(-p * k * y ** -(p + 1) for p, k in self.powers) + 2 * c2 * y + 4 * c4 * y**3
        second = sum(p * (p + 1) * k * y ** -(p + 2) for p, k in self.powers) + 2 * c2 + 12 * c4 * y**2
        v, first, second = self.epsilon * v, self.epsilon * first / self.sigma, self.epsilon * second / self.sigma**2
        return d, r, np.nan_to_num(v), np.nan_to_num(first), np.nan_to_num(second)

    def third(self, x):
        # third derivatives of all pairs
        d = x[:, None] - x
        d -= self.box * np.round(d / self.box)
        r = np.sqrt((d**2).sum(-1))
        np.fill_diagonal(r, np.inf)
        y = np.where(r < self.cutoff * self.sigma, r / self.sigma, np.nan)
        third = sum(-p * (p + 1) * (p + 2) * k * y ** -(p + 3) for p, k in self.powers) + 24 * self.c[2] * y
        return np.nan_to_num(self.epsilon * third / self.sigma**3)

    def third_order(self, x):
        # z to (U:zz [N,3], U:zzz), with b = (U2 - U1/r)/r and a the third derivative less 3 b
        d, r, _, first, second = self.pairs(x)
        n = d / r[..., None]
        b = (second - first / r) / r
        a = self.third(x) - 3 * b

        def contract(z):
            y = z[:, None] - z
            u, w = (n * y).sum(-1), (y * y).sum(-1)
            field = ((a * u * u + b * w)[..., None] * n + 2 * (b * u)[..., None] * y).sum(1)
            return field, (a * u**3 + 3 * b * u * w).sum() / 2

        return contract

    def energy(self, x):
        return self.pairs(x)[2].sum() / 2

    def forces(self, x):
        d, r, _, first, _ = self.pairs(x)
        return -((first / r)[..., None] * d).sum(1)

    def virial_pressure(self, x):
        _, r, _, first, _ = self.pairs(x)
        return -(np.where(first == 0, 0, first * np.where(np.isinf(r), 0, r))).sum() / 2 / (3 * self.box.prod())

    def hessian(self, x):
        d, r, _, first, second = self.pairs(x)
        n = d / r[..., None]
        nn = n[..., :, None] * n[..., None, :]
        block = second[..., None, None] * nn + (first / r)[..., None, None] * (np.eye(3) - nn)
        h = -block
        i = np.arange(self.n)
        h[i, i] = block.sum(1)
        return h.transpose(0, 2, 1, 3).reshape(3 * self.n, 3 * self.n)

    def displacement(self, a, b):
        d = b - a
        d -= self.box * np.round(d / self.box)
        return d - d.mean(0)
