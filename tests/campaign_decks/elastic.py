"""elastic.py DIR: what elasticity.h5 must say of itself and of the other files."""
import sys

import h5py
import numpy

folder = sys.argv[1]
file = h5py.File(f"{folder}/elasticity.h5")
paths = h5py.File(f"{folder}/paths.h5")
glasses = h5py.File(f"{folder}/glasses.h5")
moduli, strains, curves = file["moduli"], file["quasi_static"], file["curves"]
count, particles = glasses["glasses/species"].shape
assert moduli["glass"][:].tolist() == list(range(count))
born = moduli["shear_born_planes"][:]
off = abs(strains["shear_planes"][:] - moduli["shear_planes"][:]) / born
print("G off by", off.max(), "of the Born term")
assert off.max() < 1e-4, off
off = abs(strains["bulk"][:] / moduli["bulk"][:] - 1)
print("K off by", off.max())
assert off.max() < 1e-4, off
assert numpy.allclose(moduli["shear"][:], moduli["shear_planes"][:].mean(axis=1), rtol=1e-14)
assert numpy.allclose(moduli["shear"][:], moduli["shear_born"][:] - moduli["shear_nonaffine"][:], atol=1e-12)
box = glasses["glasses/box"][:]
density = particles / box.prod(axis=1)
g, k = moduli["shear"][:], moduli["bulk"][:]
stable = g > 0
transverse, longitudinal = numpy.sqrt(g / density), numpy.sqrt((k + 4 * g / 3) / density)
debye = numpy.cbrt(18 * numpy.pi**2 * density / (2 * transverse**-3 + longitudinal**-3))
for name, due in [
    ("sound_transverse", transverse),
    ("sound_longitudinal", longitudinal),
    ("omega_debye", debye),
    ("omega_first_phonon", 2 * numpy.pi * transverse / box[:, 0]),
]:
    assert numpy.allclose(moduli[name][:][stable], due[stable], rtol=1e-12), name
assert numpy.allclose(moduli["pressure"][:], -numpy.trace(moduli["stress"][:], axis1=1, axis2=2) / 3, rtol=1e-12)
assert numpy.allclose(curves["strain"][0, :2, :2], [[1e-6, 1e-5], [-1e-6, -1e-5]]) and curves["stress"].shape == (count, 8, 8)
events = curves["event"][:]
assert (events > 0).sum() == file["plastic_events/glass"].shape[0]
wells = paths["double_wells/glass"].shape[0]
coupling = file["coupling"]
assert wells > 0 and coupling["double_well"][:].tolist() == list(range(wells))
assert coupling["glass"][:].tolist() == paths["double_wells/glass"][:].tolist()
assert numpy.isfinite(coupling["asymmetry"][:]).all()
converged = coupling["status"][:] == h5py.check_enum_dtype(coupling["status"].dtype)["converged"]
print(wells, "double wells,", converged.sum(), "converged")
assert converged.sum() * 2 > wells
for unit in ["argon", "nickel-phosphorus", "light"]:
    splitting = file[unit]["coupling/splitting"][:]
    assert splitting.shape == (wells, 6) and numpy.isfinite(splitting[converged]).all(), unit
