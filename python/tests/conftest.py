"""The campaigns of the tests.

GLASSWELL_CAMPAIGN names the directory of a finished campaign (stages prepare to tunnel); otherwise GLASSWELL names the
program, which makes one from campaign.toml. Without both, the tests that need one are skipped.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import matplotlib
import pytest

import glasswell
from made import made_campaign

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("GLASSWELL_CAMPAIGN")
    if given:
        return Path(given)
    program = os.environ.get("GLASSWELL")
    if not program:
        pytest.skip("neither GLASSWELL_CAMPAIGN nor GLASSWELL is set")
    output = tmp_path_factory.mktemp("campaign") / "tiny"
    deck = Path(__file__).with_name("campaign.toml")
    subprocess.run([program, "run", deck, "--output", output, "--quiet", "--threads", "1"], check=True)
    return output


@pytest.fixture(scope="session")
def campaign(directory: Path) -> glasswell.Campaign:
    return glasswell.open(directory)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return made_campaign(tmp_path / "made")
