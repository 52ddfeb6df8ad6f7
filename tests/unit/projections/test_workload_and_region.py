"""The workload of partners and professionals, and the counts of a region."""

from __future__ import annotations

from datetime import date

from domain.events import learning, parties, team, triage
from projections.cases import CASES
from projections.learning import LEARNING
from projections.region import RegionRow, region_of, shared_learning
from projections.tables import Tables
from projections.teams import TEAMS
from projections.workload import WorkloadRow, workload_of
from tests.examples import (
    ACTIVE,
    AGREED,
    ANSWERED,
    CLOSED,
    FLAGGED,
    GOAL,
    IMPORTED,
    LATER,
    NEW_CASE,
    PLANNED,
    RAISED,
    SOON,
    SUBMITTED,
    text,
)  # fmt: skip
from tests.scenario import CASE, TODAY, TWIN, Step, on
from tests.support.tables import COAST, HARBOUR, HOME, LOCK, LOCK_MASTER, MASTER, PILOT, REGION_FOUNDING, adopted, profile
from tests.unit.projections.reading import DAY, a_case, everything, history_of_case, history_of_team, on_the_day, rows


def load(tables: Tables, professional: str | None, partner: str | None = None) -> WorkloadRow:
    """What somebody, or a partner as a whole, has in hand at the harbour's table."""
    partner = partner or (professional or "").rpartition("-")[0]
    return next(r for r in workload_of(tables) if (r.team, r.partner, r.professional) == (HARBOUR, partner, professional))


def test_the_workload_counts_cases_agreements_and_escalations_of_a_person_and_of_the_partner():
    tables = a_case(*PLANNED, on(TODAY, RAISED), day=TODAY)
    assert load(tables, MASTER)[4:] == (1, 0, 0, 0, 1)
    assert load(tables, HOME)[4:] == (0, 1, 0, 0, 0)
    assert load(tables, None, "pilots")[4:] == (1, 0, 0, 0, 1)
    assert load(tables, None, "seamens-home")[4:] == (0, 1, 0, 0, 0)


def test_who_has_nothing_in_hand_is_there_with_nothing():
    assert load(a_case(*PLANNED, day=TODAY), "tugs-1")[4:] == (0, 0, 0, 0, 0)


def test_an_agreement_is_due_soon_within_the_margin_and_overdue_after_its_day():
    def counts(day: date) -> tuple[int | None, ...]:
        row = load(a_case(*PLANNED, day=day), HOME)
        return row.agreements, row.overdue, row.due_soon

    assert [counts(SOON + n * DAY) for n in (-2, -1, 0, 1)] == [(1, 0, 0), (1, 0, 1), (1, 0, 1), (1, 1, 0)]


def test_an_agreement_of_no_one_person_is_the_partners():
    tables = a_case(*ACTIVE, AGREED.model_copy(update={"responsible": None}), day=TODAY)
    assert load(tables, None, "seamens-home").agreements == 1
    assert load(tables, HOME).agreements == 0


def test_while_somebody_is_away_the_cover_holds_their_cases():
    covered = parties.AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=SOON)
    for day, held in ((TODAY, (0, 1)), (SOON + DAY, (1, 0))):
        tables = a_case(*ACTIVE, covered, day=day)
        assert (load(tables, MASTER).cases, load(tables, PILOT).cases) == held


def test_an_escalation_that_was_answered_waits_no_longer():
    assert load(a_case(*ACTIVE, RAISED, day=TODAY), MASTER).escalations == 1
    assert load(a_case(*ACTIVE, RAISED, ANSWERED, day=TODAY), MASTER).escalations == 0


def test_an_escalation_to_a_partner_at_the_table_waits_there_too():
    asked = RAISED.model_copy(update={"to": "tugs"})
    tables = a_case(*ACTIVE, asked, day=TODAY)
    assert load(tables, None, "tugs").escalations == 1
    assert load(tables, MASTER).escalations == 1


def test_a_closed_case_weighs_on_nobody():
    assert all(not any(r[4:]) for r in workload_of(a_case(*PLANNED, CLOSED, day=LATER)))


def test_an_imported_history_is_with_the_resource_of_its_last_step():
    of = [history_of_case(IMPORTED, number=f"logbook:{n}") for n in (1, 2)]
    [row] = [r for r in workload_of(on_the_day(TODAY, *of)) if r.source]
    assert row == WorkloadRow(None, "logbook", None, "r1", 2, 0, 0, 0, 0)


# --- region

DECLINED = triage.CaseDeclined(met=(), not_met=("storm",), reason=text(), told_by=MASTER)
GAP = learning.SupplyGapRecorded(domain="berth", text=text())
POINT = learning.LearningPointRecorded(kind="yield", text=text())


def counts(*cases: tuple[str, tuple[Step, ...]]) -> list[RegionRow]:
    of = everything(*[history_of_case(*steps, number=number) for number, steps in cases])
    return region_of(rows(TEAMS, *of), rows(CASES, *of), rows(LEARNING, *of), TODAY)


def amount(found: list[RegionRow], team: str | None, measure: str, code: str = "") -> int:
    return sum(r.amount or 0 for r in found if (r.region, r.team, r.measure, r.code) == (COAST, team, measure, code))


AT_THE_LOCK = tuple(e.model_copy(update={"team": LOCK, "holder": LOCK_MASTER}) if e is SUBMITTED else e for e in (*ACTIVE, GAP))


def test_a_region_counts_across_its_teams():
    found = counts((CASE, (*ACTIVE, GAP, POINT, RAISED, FLAGGED)), (TWIN, (*NEW_CASE, DECLINED)), ("LCK-2026-0001", AT_THE_LOCK))
    assert [amount(found, t, "cases", "all") for t in (HARBOUR, LOCK, None)] == [2, 1, 3]
    assert [amount(found, t, "cases", "open") for t in (HARBOUR, LOCK, None)] == [1, 1, 2]
    assert [amount(found, t, "accepted") for t in (HARBOUR, LOCK, None)] == [1, 1, 2]
    assert [amount(found, t, "declined") for t in (HARBOUR, LOCK, None)] == [1, 0, 1]
    assert [amount(found, t, "gap", "berth") for t in (HARBOUR, LOCK, None)] == [1, 1, 2]
    assert [amount(found, t, "status", "active") for t in (HARBOUR, LOCK, None)] == [1, 1, 2]
    assert amount(found, None, "point", "yield") == 1
    assert (amount(found, HARBOUR, "escalated"), amount(found, HARBOUR, "stagnating")) == (1, 1)


def test_a_region_sees_nothing_but_counts():
    assert set(RegionRow._fields) == {"region", "team", "measure", "code", "amount"}
    found = counts((CASE, ACTIVE))
    assert CASE not in str(found)


def test_a_team_without_cases_counts_none_and_a_team_is_no_region():
    found = counts()
    assert amount(found, LOCK, "cases", "all") == 0
    assert {(r.region, r.team) for r in found} == {(COAST, HARBOUR), (COAST, LOCK), (COAST, None)}


def test_a_region_holds_what_its_teams_share():
    def shared(with_: str | None) -> list[str]:
        table = [on(TODAY, adopted(profile(learning__shared_with=with_), 2))] if with_ else []
        of = everything(history_of_case(*ACTIVE, GOAL, GAP, POINT), table=table)
        return [r.kind for r in shared_learning(COAST, rows(TEAMS, *of), rows(LEARNING, *of))]

    assert shared("region") == shared("all-staff") == ["gap", "point"]
    assert shared("team") == shared(None) == []


def test_what_a_region_learned_itself_is_its_own():
    learned = [on(TODAY, team.TeamLearned(kind="yield", text=text("Talk", "team")))]
    own = history_of_team(COAST, REGION_FOUNDING, learned)
    assert [r.kind for r in shared_learning(COAST, rows(TEAMS, own), rows(LEARNING, own))] == ["point"]
