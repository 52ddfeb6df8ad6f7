"""Reports: JSON Lines and CSV in the declared columns, the same on both databases, with no text, name or formula in them."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.refusal import NotFound, Refused
from infra.readmodels import ReadModels
from infra.readmodels.asking import Rows
from infra.reports import FORMATS, names, report
from infra.store import Draft
from infra.store.store import Store
from projections.base import ref_of
from projections.registry import VIEWS, projection, view
from projections.texts import TEXTS
from tests.integration.projections.contents import append
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.seeing import seen
from tests.support.stores import told

PLANTED = "Wilma Waterman, 06-12345678"
MOMENT = datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_every_report_has_its_declared_columns_in_either_form(store: Store, models: ReadModels):
    store_acts(store, acts(300))
    for name in names():
        columns = [c.name for c in (view(name) if name in VIEWS else projection(name)).columns]
        objects = [json.loads(line) for line in report(models, name, "json")]
        cells = list(csv.reader(report(models, name, "csv")))
        assert all(list(o) == columns for o in objects), name
        assert cells[0] == columns
        assert len(cells) == len(objects) + 1 > 1, name


def planted(draft: Draft) -> Draft:
    """The draft with the same text in every sealed field."""
    event = draft.event
    texts = {n: v.model_copy(update={"text": PLANTED}) for n in event.personal_fields() if (v := getattr(event, n))}
    return replace(draft, event=event.model_copy(update=texts))


def test_no_report_holds_a_text_or_a_reference_to_one(store: Store, models: ReadModels):
    lived = [replace(act, drafts=tuple(map(planted, act.drafts))) for act in acts(300)]
    store_acts(store, lived)
    assert seen(store, [ref_of(models.rows(TEXTS)[0].ref)]).popitem()[1] == PLANTED
    for name in names():
        for form in FORMATS:
            told_ = "\n".join(report(models, name, form))
            assert PLANTED not in told_, name
            assert not re.search(r"#\d+\.[a-z]", told_), f"{name} holds a reference"


class Given(Rows):
    """Rows that were put here by hand."""

    def __init__(self, *rows: object) -> None:
        self.given = list(rows)
        self.on = date(2026, 12, 1)

    def _all(self, projections, where):
        return [self.given for _ in projections]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_is_run_as_a_formula(begin: str):
    from projections.steps import StepRow

    row = StepRow("x:1", 1, -7, "x", f"{begin}cmd", None, MOMENT, None, f"{begin}1+1", None)
    [_, cells] = list(csv.reader(report(Given(row), "steps", "csv")))
    named = dict(zip([c.name for c in projection("steps").columns], cells, strict=True))
    assert named["activity"].startswith("'")
    assert named["group"].startswith("'")
    assert named["position"] == "-7"  # a number stays one
    [told_] = [json.loads(line) for line in report(Given(row), "steps", "json")]
    assert told_["activity"] == f"{begin}cmd"  # JSON is run by nobody


def test_values_are_told_in_a_stable_form():
    from projections.learning import LearningRow

    row = LearningRow("s", 2, None, "n", "outcome", "rest", ("a", "b"), None, Decimal("7.50"), date(2026, 12, 1))
    [line] = report(Given(row), "learning", "json")
    assert json.loads(line) == {
        "stream": "s", "version": 2, "team": None, "number": "n", "kind": "outcome", "code": "rest",
        "partners": ["a", "b"], "level": None, "value": "7.50", "on": "2026-12-01",
    }  # fmt: skip
    [_, cells] = list(csv.reader(report(Given(row), "learning", "csv")))
    assert cells == ["s", "2", "", "n", "outcome", "rest", "a b", "", "7.50", "2026-12-01"]


def test_what_changed_is_an_object_in_json(store: Store, models: ReadModels):
    store_acts(store, acts(300)[:90])
    changed = [json.loads(line) for line in report(models, "trail", "json")]
    assert any(isinstance(o["after"], dict) and o["after"].get("status") == "submitted" for o in changed)
    assert all(o["occurred_at"].endswith("Z") for o in changed)


def test_a_report_of_the_past_and_of_a_day(store: Store, models: ReadModels):
    store_acts(store, acts(300))
    day = acts(300)[200].at.date()
    assert len(list(report(models.as_of(day), "trail", "json"))) < len(list(report(models, "trail", "json")))
    assert list(report(models, "signals", "csv", day)) == list(report(models, "signals", "csv", on=day))


def test_a_job_that_counts_on_a_version_is_told_when_it_is_gone(store: Store, models: ReadModels):
    append(store, told("LEL-2026-0001", "a"), command="1")
    assert len(list(report(models, "trail@1", "json"))) == 1
    with pytest.raises(Refused) as refused:
        list(report(models, "trail@2", "json"))
    assert refused.value.code == "report-version"


@pytest.mark.parametrize("name", ["nothing", "texts", "logins", "cases_v1"])
def test_what_is_no_report_is_not_found(models: ReadModels, name: str):
    with pytest.raises(NotFound):
        list(report(models, name, "json"))
