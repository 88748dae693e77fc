# SPDX-License-Identifier: (Apache-2.0 OR MIT)

from spack_repo.builtin.build_systems.cargo import CargoPackage

from spack.package import *


class Glasswell(CargoPackage):
    """Finds the tunnelling two-level systems of computer glasses: prepares glasses, explores
    their energy landscapes, joins minima by minimum-energy paths, and solves the
    one-dimensional Schroedinger equation along each path."""

    # ADDRESS_OF_GLASSWELL: the address of the repository (docs/releasing.md)
    homepage = "https://example.org/ADDRESS_OF_GLASSWELL"
    url = "https://static.crates.io/crates/glasswell/glasswell-0.1.0.crate"

    license("MIT OR Apache-2.0")

    # zeros: an archive cannot contain its own checksum (docs/releasing.md)
    # extension: Spack does not know the ending .crate
    version(
        "0.1.0",
        sha256="0000000000000000000000000000000000000000000000000000000000000000",
        extension="tar.gz",
    )

    variant("mpi", default=True, description="Run on many ranks, with a parallel HDF5")

    depends_on("c", type="build")
    depends_on("rust@1.89:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("hdf5@1.10.8:+shared")

    with when("+mpi"):
        depends_on("mpi")
        depends_on("hdf5+mpi")
        # libclang: the declarations of MPI are read from its header
        depends_on("llvm+clang", type="build")
    with when("~mpi"):
        depends_on("hdf5~mpi")

    def url_for_version(self, version):
        return f"https://static.crates.io/crates/glasswell/glasswell-{version}.crate"

    def setup_build_environment(self, env: EnvironmentModifications) -> None:
        env.set("HDF5_DIR", self.spec["hdf5"].prefix)
        if self.spec.satisfies("+mpi"):
            env.set("LIBCLANG_PATH", self.spec["llvm"].prefix.lib)
            env.set("MPICC", self.spec["mpi"].mpicc)

    @property
    def build_args(self):
        args = ["--locked", "--no-track"]
        if self.spec.satisfies("~mpi"):
            args.append("--no-default-features")
        return args

    @property
    def check_args(self):
        args = ["--release", "--locked", "--lib"]
        if self.spec.satisfies("~mpi"):
            args.append("--no-default-features")
        return args

    @run_after("install")
    def install_manual_pages(self):
        program = Executable(self.prefix.bin.glasswell)
        program("man", self.prefix.share.man.man1)

    def test_version(self):
        """the program starts, and was built as asked"""
        program = Executable(self.prefix.bin.glasswell)
        text = program("--version", "--verbose", output=str.split, error=str.split)
        assert f"glasswell {self.spec.version}" in text
        assert ("MPI: none" in text) == self.spec.satisfies("~mpi")
