"""A table of activities to kinds is read, or refused with the entry that is wrong."""

from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.logs.mapping import NOTHING_MAPPED, load_map


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "map.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_activity_has_the_kind_that_the_table_gives(tmp_path: Path):
    table = load_map(written(tmp_path, '# ours\n"T02 Check it" = "intake-check"\nweigh = "triage"\n'))
    assert (table.kind("T02 Check it"), table.kind("weigh"), table.kind("else")) == ("intake-check", "triage", None)


def test_an_underscore_in_a_kind_reads_as_a_hyphen(tmp_path: Path):
    assert load_map(written(tmp_path, 'a = "handover_external"')).kind("a") == "handover-external"


def test_an_empty_table_maps_nothing(tmp_path: Path):
    assert load_map(written(tmp_path, "")).kinds == NOTHING_MAPPED.kinds


@pytest.mark.parametrize(
    ("content", "code", "facts"),
    [
        ('a = "x"\nb = \n', "map-not-toml", {"line": 2}),
        ('a = "x"\na = "y"\n', "map-not-toml", {"line": 2}),
        ('a = "x', "map-not-toml", {"line": 1}),
        ("a = " + "[" * 5_000, "map-not-toml", {"line": 1}),
        (b'a = "x"\nb = "\xff"\n', "map-encoding-wrong", {"line": 2}),
        ('a = "x"\nb = 3\n', "map-kind-unusable", {"entry": 2, "activity": "b"}),
        ('[intake]\na = "x"\n', "map-kind-unusable", {"entry": 1, "activity": "intake"}),
        ('a = "Intake check"', "map-kind-unusable", {"entry": 1, "activity": "a"}),
        ('a = ""', "map-kind-unusable", {"entry": 1, "activity": "a"}),
        ('"a\\u202E" = "x"', "map-activity-unusable", {"entry": 1, "limit": 200}),
        ('"" = "x"', "map-activity-unusable", {"entry": 1, "limit": 200}),
        (f'"{"a" * 201}" = "x"', "map-activity-unusable", {"entry": 1, "limit": 200}),
        ("#" * 4_200_000, "map-too-large", {"limit": 4 * 1024 * 1024}),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, content: str | bytes, code: str, facts: dict[str, object]):
    with pytest.raises(Refused) as refusal:
        load_map(written(tmp_path, content))
    assert (refusal.value.code, refusal.value.facts) == (code, facts)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="file-missing"):
        load_map(tmp_path / "nowhere.toml")
