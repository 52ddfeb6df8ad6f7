"""From which number on a count is shown, and to whom."""

from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.policy.reporting import threshold, threshold_for


def test_ten_unless_said_otherwise():
    assert threshold() == 10


@pytest.mark.parametrize(("asked", "floor"), [(4, 5), (3, 1), (9, 10), ('"ten"', 5)])
def test_none_below_the_floor_whatever_a_file_says(tmp_path: Path, asked: object, floor: int):
    path = tmp_path / "reporting.toml"
    path.write_text(f"version = 1\nthreshold = {asked}\nfloor = {floor}\n")
    with pytest.raises(Refused, match="threshold-too-low"):
        threshold(path)


def test_who_directs_watches_or_checks_sees_counts_whole():
    assert [threshold_for({f}) for f in ("coordinator", "privacy", "auditor")] == [None, None, None]
    assert [threshold_for({f}) for f in ("reporting", "professional", "administrator")] == [10, 10, 10]
    assert threshold_for({"reporting", "coordinator"}) is None
    assert threshold_for(()) is None, "nobody is on a roster yet"
