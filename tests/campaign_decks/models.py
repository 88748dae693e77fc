"""The models and the files of a campaign, for the scripts that compute its figures again: plain sums over all pairs."""
import sys
import tomllib

import h5py
import numpy as np

DIRECTORY, PRESET = sys.argv[1:3]
FILES = {name: h5py.File(f"{DIRECTORY}/{name}.h5") for name in ("glasses", "landscape", "paths", "tunnelling")}
DECK = tomllib.loads(FILES["glasses"].attrs["deck"])
DENSITY = {"pss": 1.0, "tlj": 1.35, "harmonic": None}[PRESET]


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


def spline(x, y, at):
    """Not-a-knot cubic spline by its second derivatives."""
    n, h = len(x), np.diff(x)
    matrix, right = np.zeros((n, n)), np.zeros(n)
    for i in range(1, n - 1):
        matrix[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        right[i] = 6 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    matrix[0, :3] = h[1], -(h[0] + h[1]), h[0]
    matrix[-1, -3:] = h[-1], -(h[-1] + h[-2]), h[-2]
    m = np.linalg.solve(matrix, right)
    i = np.clip(np.searchsorted(x, at) - 1, 0, n - 2)
    u, w = x[i + 1] - at, at - x[i]
    cubic = (m[i] * u**3 + m[i + 1] * w**3) / (6 * h[i])
    return cubic + (y[i] / h[i] - m[i] * h[i] / 6) * u + (y[i + 1] / h[i] - m[i + 1] * h[i] / 6) * w


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
        elif PRESET == "harmonic":
            # (1 - y)^2 / 2
            self.epsilon, self.sigma, self.cutoff = np.ones((self.n, self.n)), np.ones((self.n, self.n)), 1.0
            self.c, self.powers = [0.5, 0.5, 0.0], [(-1, -1.0)]
        else:
            species = read("glasses", "/glasses/species")[glass]
            pick = np.ix_(species, species)
            self.epsilon, self.sigma = 4 * np.array(PAIR["epsilon"])[pick], np.array(PAIR["sigma"])[pick]
            self.cutoff = 2.5
            self.c = [10 / 2.5**6 - 28 / 2.5**12, 48 / 2.5**14 - 15 / 2.5**8, 6 / 2.5**10 - 21 / 2.5**16]
            self.powers = [(12, 1.0), (6, -1.0)]

    def held(self, x):
        """Particles with four contacts or more with others of the kind; all but for packings."""
        held = np.ones(self.n, bool)
        if PRESET != "harmonic":
            return held
        touch = self.pairs(x)[3] != 0
        while (now := held & ((touch & held).sum(1) >= 4)).sum() < held.sum():
            held = now
        return held

    def pairs(self, x, held=None):
        d = x[:, None] - x
        d -= self.box * np.round(d / self.box)
        r = np.sqrt((d**2).sum(-1))
        np.fill_diagonal(r, np.inf)
        y = np.where(r < self.cutoff * self.sigma, r / self.sigma, np.nan)
        c0, c2, c4 = self.c
        v = sum(k * y**-p for p, k in self.powers) + c0 + c2 * y**2 + c4 * y**4
        first = sum(-p * k * y ** -(p + 1) for p, k in self.powers) + 2 * c2 * y + 4 * c4 * y**3
        second = sum(p * (p + 1) * k * y ** -(p + 2) for p, k in self.powers) + 2 * c2 + 12 * c4 * y**2
        if held is not None:
            v, first, second = (np.where(held[:, None] & held, u, np.nan) for u in (v, first, second))
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

    def third_order(self, x, held=None):
        # z to (U:zz [N,3], U:zzz), with b = (U2 - U1/r)/r and a the third derivative less 3 b
        d, r, _, first, second = self.pairs(x, held)
        n = d / r[..., None]
        b = (second - first / r) / r
        a = (self.third(x) if held is None else np.where(held[:, None] & held, self.third(x), 0)) - 3 * b

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

    def hessian(self, x, held=None):
        d, r, _, first, second = self.pairs(x, held)
        n = d / r[..., None]
        nn = n[..., :, None] * n[..., None, :]
        block = second[..., None, None] * nn + (first / r)[..., None, None] * (np.eye(3) - nn)
        h = -block
        i = np.arange(self.n)
        h[i, i] = block.sum(1)
        return h.transpose(0, 2, 1, 3).reshape(3 * self.n, 3 * self.n)

    def displacement(self, a, b, held=slice(None)):
        d = b - a
        d -= self.box * np.round(d / self.box)
        d -= d[held].mean(0)
        moved = np.zeros_like(d)
        moved[held] = d[held]
        return moved
