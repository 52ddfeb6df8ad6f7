"""The six ways of working and the region: they load, and every value says where it comes from."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from domain.criteria import evaluate
from domain.profile import Label, Partner, Profile, Sourced, Term
from infra.profiles import check, document, find, load, shipped

SEEDS = {
    "groningen-zorg-en-veiligheid",
    "lelystad-sit",
    "regio-flevoland",
    "samen-sterker-in-de-wijk",
    "zeist-ggz-in-de-wijk",
}
TEAMS = {
    "lelystad-sit": "LEL",
    "samen-sterker-almere": "ALM",
    "samen-sterker-dronten": "DRO",
    "zeist-ggz-in-de-wijk": "ZEI",
    "zorg-voor-zeist": "ZVZ",
    "groningen-zvt": "GRN",
}
REGION = {"flevoland": "FLE"}
ALL = sorted(TEAMS | REGION)


def shipped_profile(name: str) -> Profile:
    return load(find(name))


def plain(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(shipped_profile(name)))
    return found


def sources(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every source in a document, with the path of what names it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "source" or name.endswith("_source"):
                yield path, inner
            else:
                yield from sources(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from sources(inner, f"{path}[{i}]")


def unsourced(value: object, path: str = "") -> Iterator[str]:
    """Every value below the top of a document for which no table around it names a source."""
    if isinstance(value, dict):
        if "source" not in value:
            for name, inner in value.items():
                yield from unsourced(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from unsourced(inner, f"{path}[{i}]")
    else:
        yield path


def test_six_teams_and_a_region_are_shipped() -> None:
    assert set(shipped()) == TEAMS.keys() | REGION.keys()


@pytest.mark.parametrize("name", ALL)
def test_a_shipped_profile_is_sound_and_named_after_its_file(name: str) -> None:
    assert check(find(name)) == []
    profile = shipped_profile(name)
    assert profile.id == name
    assert profile.prefix == (TEAMS | REGION)[name]
    assert profile.kind == ("team" if name in TEAMS else "region")


@pytest.mark.parametrize("name", ALL)
def test_every_value_names_a_seed_or_is_a_choice(name: str) -> None:
    strange = [(path, source) for path, source in sources(plain(name)) if source not in SEEDS | {"chosen"}]
    assert strange == []
    top = {"id", "kind", "prefix", "label", "teams"}  # a profile's own identity is always ours
    document = {field: value for field, value in plain(name).items() if field not in top | {"source"}}
    assert list(unsourced(document)) == []


@pytest.mark.parametrize("name", ALL)
def test_what_a_seed_leaves_unsaid_never_names_it(name: str) -> None:
    """Terms for answers, stagnation, after-care and closing, amounts and priorities stand in no seed."""
    profile = plain(name)
    unsaid = [
        ("triage", "within_days"),
        ("triage", "role"),
        ("plan", "budget_cents"),
        ("plan", "deviation_days"),
        ("resident", "endorsement_required"),
        ("monitoring", "due_soon_days"),
        ("monitoring", "stagnation_days"),
        ("monitoring", "decide_days"),
        ("escalation", "answer_days"),
        ("escalation", "direction_days"),
        ("closing", "aftercare_required"),
        ("closing", "aftercare_days"),
    ]
    values = [profile.get(part, {}).get(field) for part, field in unsaid]
    terms = profile.get("closing", {}).get("results", []) + profile.get("plan", {}).get("domains", [])
    assert {value["source"] for value in [*values, *terms] if value} <= {"chosen"}


def test_one_way_of_working_in_two_places_differs_in_who_and_where_alone() -> None:
    almere, dronten = plain("samen-sterker-almere"), plain("samen-sterker-dronten")
    differing = {field for field in almere | dronten if almere.get(field) != dronten.get(field)}
    assert differing == {"id", "prefix", "label", "area", "partners", "roles", "chair_partner"}
    for field, local in (("partners", {"wijkteam", "gidsen"}), ("roles", {"gids"})):
        common = [[entry for entry in place[field] if entry["id"] not in local] for place in (almere, dronten)]
        assert common[0] == common[1]


def test_three_partners_joined_lelystad_after_the_pilot_and_the_municipality_took_the_chair() -> None:
    profile = shipped_profile("lelystad-sit")
    founders = [p.id for p in profile.partners if p.since == date(2020, 1, 1)]
    joined = {p.id for p in profile.partners} - set(founders)
    assert len(founders) == 7
    assert joined == {"amethist", "leger-des-heils", "triade", "gemeente-lelystad"}
    assert profile.chair_partner is not None
    assert profile.chair_partner.value == "gemeente-lelystad"


def test_groningen_seats_the_columns_its_source_counts_and_asks_two_of_three() -> None:
    profile = shipped_profile("groningen-zvt")
    stated = [p.column for p in profile.partners if p.column_source != "chosen"]
    assert {column: stated.count(column) for column in stated} == {"care": 8, "safety": 2, "governance": 1}
    assert profile.triage is not None
    admission = profile.triage.admission.value
    met = dict.fromkeys(("confused-behaviour", "long-standing", "not-solvable"), True)
    assert evaluate(admission, met | {"care": True, "safety": False, "governance": True}).held is True
    assert evaluate(admission, met | {"care": True, "safety": False, "governance": False}).held is False


def test_zeist_asks_a_suspicion_of_either_kind_and_a_worker_who_is_stuck() -> None:
    profile = shipped_profile("zeist-ggz-in-de-wijk")
    assert profile.triage is not None
    admission = profile.triage.admission.value
    met = dict.fromkeys(("breakthrough-needed", "stuck-despite-help", "not-cooperating"), True)
    assert evaluate(admission, met | {"psychiatric": False, "intellectual-disability": True}).held is True
    assert evaluate(admission, met | {"psychiatric": False, "intellectual-disability": False}).held is False


def test_a_team_that_a_profile_escalates_to_is_shipped_too() -> None:
    for name in TEAMS:
        escalation = shipped_profile(name).escalation
        assert escalation is not None
        assert {r.id for r in escalation.recipients if r.kind == "team"} <= TEAMS.keys()
    assert set(shipped_profile("flevoland").teams) <= TEAMS.keys()


@pytest.mark.parametrize("name", ALL)
def test_every_partner_is_named_as_its_source_names_it(name: str, source_texts: dict[str, str]) -> None:
    for partner in shipped_profile(name).partners:
        assert partner.source == "chosen" or re.search(rf"\b{re.escape(partner.name)}\b", source_texts[partner.source])


def test_the_reference_names_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "profile.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_.\[\]]+)`", page))
    wanted = {f"partners[].{field}" for field in Partner.model_fields}
    for name, info in Profile.model_fields.items():
        part = _part(info.annotation)
        wanted |= {f"{name}.{field}" for field in part.model_fields} if part else {name}
    assert wanted <= named, f"docs/reference/profile.md does not name {sorted(wanted - named)}"


def _part(annotation: object) -> type[BaseModel] | None:
    """The table of a profile that a field is, if it is one."""
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == Profile.__module__:
            return None if issubclass(part, Sourced | Label | Term | Partner) else part
    return None
