"""A library against a model of it in plain Python; `python -m benchmarks.model` does more of it."""

from pathlib import Path

import pytest

from benchmarks.life import counted
from benchmarks.model import live

LIVES, STEPS = 20, 30


def test_a_library_is_its_model_after_each_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = dict(counted)
    live(LIVES, STEPS, seed=2)
    assert counted["kills"] > before["kills"] and counted["generations"] > before["generations"]
