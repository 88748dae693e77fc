"""Files that are missing, incomplete, damaged, of another layout, or that do not hold a name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

import glasswell
from glasswell import contents
from made import made_campaign, write_stage


def test_no_campaign(tmp_path: Path) -> None:
    with pytest.raises(glasswell.NoCampaign, match="no directory"):
        glasswell.open(tmp_path / "nothing")
    with pytest.raises(glasswell.NoCampaign, match="no file of a stage"):
        glasswell.open(tmp_path)


@pytest.mark.parametrize(
    ("stage", "call"),
    [
        ("explore", lambda c: c.minima()),
        ("explore", lambda c: c.distances(0)),
        ("connect", lambda c: c.wells()),
        ("connect", lambda c: c.well(0)),
        ("tunnel", lambda c: c.wells("argon")),
        ("tunnel", lambda c: c.n0("argon")),
        ("tunnel", lambda c: c.units),
        ("prepare", lambda c: c.glasses()),
        ("modes", lambda c: c.stage("modes")),
        ("connect", lambda c: glasswell.compare([c])),
    ],
)
def test_a_missing_stage_is_named(made: Path, stage: str, call) -> None:  # type: ignore[no-untyped-def]
    (made / contents.FILES[stage]).unlink(missing_ok=True)
    with pytest.raises(glasswell.StageMissing, match=f"run stage {stage} "):
        call(glasswell.open(made))


def test_an_incomplete_stage_is_named_and_can_be_read_on_request(made: Path) -> None:
    with h5py.File(made / "landscape.h5", "r+") as file:
        file.attrs["complete"] = 0
    with pytest.raises(glasswell.StageIncomplete, match="run stage explore again"):
        glasswell.open(made).minima()
    assert len(glasswell.open(made, incomplete=True).minima()) == 4
    assert len(glasswell.open(made).wells()) == 3


def test_names_that_are_not_in_a_file(made: Path) -> None:
    c = glasswell.open(made)
    with pytest.raises(KeyError) as error:
        c.stage("connect").read("/double_wells/local")
    assert str(error.value).startswith("/double_wells/local is not in paths.h5, which has layout 1")
    assert "stage connect writes it from layout 2 on" in str(error.value)
    with pytest.raises(glasswell.NotInFile, match="stage explore writes it to landscape.h5"):
        c.stage("connect").read("/persistence/time")
    with pytest.raises(glasswell.NotInFile, match="near names are /double_wells/barrier"):
        c.stage("connect").read("/double_wells/barier")
    with pytest.raises(glasswell.NotInFile, match="layout 2"):
        c.well(0)["local"]
    with pytest.raises(glasswell.NotInFile, match="no unit 'neon'.*argon.*run stage tunnel"):
        c.n0("neon")
    with pytest.raises(glasswell.NotInFile, match="from layout 2 on"):
        c.growth(0, of="double_wells")
    with pytest.raises(glasswell.NotInFile, match="stage tunnel writes it from layout 2 on"):
        c.growth(0, of="active", unit="argon")
    with pytest.raises(glasswell.NotInFile, match="from layout 2 on"):
        c.n0_choices("argon")
    with pytest.raises(IndexError, match="rows 0 to 2"):
        c.well(3)
    with pytest.raises(IndexError, match="glasses 0 to 1"):
        c.distances(2)
    with pytest.raises(ValueError, match="saddle"):
        c.well(0).positions("c")  # type: ignore[arg-type]


def test_layout_2_is_read(tmp_path: Path) -> None:
    c = glasswell.open(made_campaign(tmp_path / "two", layout=2))
    assert c.wells()["local"].tolist() == [0, 1, 1]
    assert c.growth(of="double_wells")["double_wells"].tolist() == [3, 0]
    assert c.growth(0, of="active", unit="argon")["active"].tolist() == [2]
    assert c.n0_choices("argon")["value"].tolist() == [1.0]
    assert c.n0("argon").all.count == 2 and c.units == ("argon",)


def test_another_layout_is_refused(made: Path) -> None:
    with h5py.File(made / "paths.h5", "r+") as file:
        file.attrs["glasswell_layout"] = 3
    with pytest.raises(glasswell.GlasswellError, match="layout 3, this package reads layouts 1 and 2"):
        glasswell.open(made).wells()


def test_levels_of_other_paths_are_refused(made: Path) -> None:
    paths = made / "paths.h5"
    with h5py.File(paths, "r+") as file:
        file["/double_wells/barrier"].attrs["checksum"] += 1
    for call in (lambda c: c.wells("argon"), lambda c: c.n0("argon"), lambda c: c.well(0).levels("argon")):
        with pytest.raises(glasswell.StageOutdated, match="run stage tunnel again"):
            call(glasswell.open(made))


def test_an_earlier_stage_that_ran_again_is_noticed(made: Path) -> None:
    for file, keys in (
        ("glasses.h5", "prepare.glasses = 2\n"),
        ("landscape.h5", "prepare.glasses = 2\nexplore.quenches = 90\ntunnel.units = 1\n"),
        ("paths.h5", "prepare.glasses = 2\nexplore.quenches = 80\ntunnel.units = 2\n"),
    ):
        with h5py.File(made / file, "r+") as opened:
            opened.attrs["deck_keys"] = keys
    c = glasswell.open(made)
    assert len(c.minima()) == 4
    with pytest.raises(glasswell.StageOutdated, match=r"explore.quenches = 80, landscape.h5 .*= 90: run stage connect again"):
        c.wells()


def test_a_file_that_is_written_again_is_refused(made: Path) -> None:
    c = glasswell.open(made)
    c.wells()
    made_campaign(made)
    with pytest.raises(glasswell.StageOutdated, match="open the campaign anew"):
        c.wells()


def test_a_changed_value_is_found(made: Path) -> None:
    with h5py.File(made / "paths.h5", "r+") as file:
        file["/double_wells/barrier"][1] = 0.25
        file["/double_wells/profile/energy"][2, 3] = 1.0
    c = glasswell.open(made)
    with pytest.raises(glasswell.DamagedFile, match="/double_wells/barrier differs from its checksum.*--redo connect"):
        c.wells()
    with h5py.File(made / "paths.h5", "r+") as file:
        file["/double_wells/barrier"][1] = 0.4
    c = glasswell.open(made)
    c.wells()
    with pytest.raises(glasswell.DamagedFile, match="/double_wells/profile/energy differs"):
        c.stage("connect").verify()
    with pytest.raises(glasswell.DamagedFile, match="it has no seal"):
        c.stage("explore").verify()


@pytest.mark.parametrize("content", [b"", b"no HDF5 file", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_files_that_are_no_hdf5(made: Path, content: bytes) -> None:
    (made / "paths.h5").write_bytes(content)
    with pytest.raises(glasswell.DamagedFile, match="paths.h5 is damaged.*--redo connect"):
        glasswell.open(made).wells()


def test_files_of_others(made: Path) -> None:
    with h5py.File(made / "paths.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(glasswell.DamagedFile, match="lacks the attributes"):
        glasswell.open(made).wells()
    shutil.copy(made / "landscape.h5", made / "paths.h5")
    with pytest.raises(glasswell.DamagedFile, match="file of another stage"):
        glasswell.open(made).wells()
    write_stage(made, "connect", {"/double_wells/glass": np.zeros(0)}, deck="not = toml = at all")
    with pytest.raises(glasswell.DamagedFile, match="deck is no TOML"):
        _ = glasswell.open(made).stage("connect").deck


def test_damage_of_a_real_file_is_found_wherever_it_is(directory: Path, tmp_path: Path) -> None:
    """One changed byte in each of 60 places, and truncations: a damage of names or attributes is found when the file is
    opened, that of values when they are verified. Costs 2 s."""
    whole = (directory / "tunnelling.h5").read_bytes()
    rng = np.random.default_rng(5)
    places = rng.integers(0, len(whole), 60)
    print("places", places.tolist())
    for source in directory.glob("*.h5"):
        shutil.copy(source, tmp_path)
    target = tmp_path / "tunnelling.h5"
    glasswell.open(tmp_path).verify()
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 0x10
        target.write_bytes(changed)
        with pytest.raises(glasswell.DamagedFile, match=r"tunnelling\.h5 is damaged.*--redo tunnel"):
            glasswell.open(tmp_path).stage("tunnel").verify()
    for length in (len(whole) // 3, len(whole) // 2):
        target.write_bytes(whole[:length])
        with pytest.raises(glasswell.DamagedFile, match="--redo tunnel"):
            glasswell.open(tmp_path).stage("tunnel").verify()


def test_every_group_of_the_documents_is_known() -> None:
    documents = Path(__file__).parents[2] / "docs/files.md"
    if not documents.exists():
        pytest.skip("the package lies outside of the checkout")
    text, seen = documents.read_text(), 0
    for stage, file in contents.FILES.items():
        section = re.search(rf"^### {re.escape(file)} \(stage {stage}\)\n(.*?)^### ", text, re.M | re.S)
        assert section, file
        groups = {"/" + path.split("/")[1] for path in re.findall(r"^\| `(/[^`]*)` \| [a-z0-9: ,_]+ \| \[", section[1], re.M)}
        assert groups - {"/<unit>"} <= set(contents.GROUPS[stage]), stage
        seen += len(groups)
    assert seen > 30
