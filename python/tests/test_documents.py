"""The examples of docs/python.md run, one after the other."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

PAGE = Path(__file__).parents[2] / "docs/python.md"


def test_examples_of_the_page(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not PAGE.exists():
        pytest.skip("the package lies outside of the checkout")
    (tmp_path / "quickstart.out").symlink_to(directory.resolve())
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    assert len(examples) >= 7
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "docs/python.md", "exec"), names)
    plt.close("all")
    assert "tunnelling, k_B T_Q" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.pdf"))) == 8 and (tmp_path / "well.xyz").stat().st_size > 1000
