"""Who is in a case at this moment, by name, by organisation, as a table; and who was once."""

from datetime import date, timedelta

import pytest

from domain.case import Case
from domain.events.escalation import TransferDeclined, TransferOffered
from domain.events.parties import PartnerInvited, PartnerJoined
from domain.events.plan import AgreementFulfilled
from domain.events.team import ChairAppointed
from domain.functions import functions_of
from domain.ids import Code
from domain.membership import ever_involved, functions_in, involved, named_in, relation
from tests.examples import ACTIVE, DIRECTED, LATER, OFFERED, PLANNED, SOON, SUBMITTED, example, text
from tests.scenario import TODAY, case
from tests.support.tables import COAST, HARBOUR, HARBOUR_TEAM, HOME, LOCK, LOCK_HAND, LOCK_MASTER, MASTER, PILOT, PROFILE, TUG
from tests.support.tables import professional as added
from tests.support.tables import team as made

NOBODY: frozenset[Code] = frozenset()
DIRECTS = frozenset({"coordinator"})


def stands(found: Case, who: str, *, table: str = HARBOUR, on: date = TODAY, functions: frozenset[Code] = NOBODY) -> Code:
    return relation(found, table, who, who.rpartition("-")[0], functions, on=on)


def test_whoever_holds_a_case_is_in_it_by_name_and_others_of_the_table_are_not():
    found = case(*ACTIVE)
    assert stands(found, MASTER) == "own"
    assert named_in(found, HARBOUR, MASTER, TODAY)
    assert stands(found, TUG) == "table"
    assert stands(found, TUG, functions=DIRECTS) == "own", "who coordinates the table"
    assert not named_in(found, HARBOUR, TUG, TODAY), "but not by name"


def test_a_partner_is_in_a_case_while_invited_or_joined():
    assert stands(case(*ACTIVE), TUG) == "table"
    invited = (*ACTIVE, PartnerInvited(partner="tugs"))
    assert stands(case(*invited), TUG) == "own"
    assert stands(case(*invited, PartnerJoined(partner="tugs")), TUG) == "own"
    assert not named_in(case(*invited), HARBOUR, TUG, TODAY)
    assert stands(case(*invited, example("case.parties.partner-declined")), TUG) == "table"


def test_who_submitted_is_in_it_until_triage_has_answered():
    assert stands(case(SUBMITTED), PILOT) == "own"
    assert stands(case(*ACTIVE), PILOT) == "table"


def test_who_answers_for_an_agreement_is_in_it_while_that_is_open():
    planned = case(*PLANNED)
    [agreement] = planned.open_agreements()
    assert ("partner", agreement.partner) in involved(planned)
    done = case(*PLANNED, AgreementFulfilled(agreement=agreement.id))
    assert ("partner", agreement.partner) not in involved(done)


def test_another_table_is_asked_while_something_that_it_was_asked_stands():
    assert stands(case(*ACTIVE), LOCK_MASTER, table=LOCK) == "other"
    assert stands(case(*ACTIVE, OFFERED), LOCK_MASTER, table=LOCK) == "asked"
    offer = TransferOffered(to=LOCK, kind="team", reason="transfer", why=text(), answer_by=SOON)
    assert stands(case(*ACTIVE, offer), LOCK_HAND, table=LOCK) == "asked"
    assert stands(case(*ACTIVE, offer), LOCK_HAND, table=COAST) == "other"
    assert stands(case(*ACTIVE, offer, TransferDeclined(why=text())), LOCK_HAND, table=LOCK) == "other"


def test_direction_for_a_time_ends_on_its_day_by_itself():
    directed = case(*ACTIVE, OFFERED, DIRECTED)
    assert stands(directed, LOCK_MASTER, table=LOCK) == "own"
    assert stands(directed, LOCK_HAND, table=LOCK) == "asked"
    assert stands(directed, LOCK_MASTER, table=LOCK, on=LATER - timedelta(days=1)) == "own"
    assert stands(directed, LOCK_MASTER, table=LOCK, on=LATER) == "former"


def test_the_same_id_at_another_table_is_somebody_else():
    found = case(*ACTIVE)
    assert stands(found, MASTER, table=LOCK) == "other"
    assert relation(found, LOCK, None, "pilots", NOBODY, on=TODAY) == "other"


def test_a_cover_is_in_it_for_its_days():
    away = example("case.parties.absence-covered")
    found = case(*ACTIVE, away)
    [absence] = found.absences
    assert stands(found, absence.cover, on=absence.start) == "own"
    assert stands(found, absence.cover, on=absence.until) == "own"
    assert stands(found, absence.cover, on=absence.until + timedelta(days=1)) == "former"


def test_having_been_in_it_gives_former_and_nothing_more():
    steps = (*ACTIVE, PartnerInvited(partner="tugs"), example("case.parties.partner-declined"))
    states = [case(*steps[:n]) for n in range(1, len(steps) + 1)]
    once = ever_involved(states)
    found = states[-1]
    assert ("partner", "tugs") in once
    assert relation(found, HARBOUR, TUG, "tugs", NOBODY, on=TODAY, once=once) == "former"
    assert relation(found, HARBOUR, HOME, "seamens-home", NOBODY, on=TODAY, once=once) == "table"


def test_a_case_that_no_table_took_up_is_nobody_s():
    assert stands(Case(number="elsewhere:1"), MASTER) == "none"


@pytest.mark.parametrize(
    ("roles", "functions"),
    [
        ({"harbour-master"}, {"coordinator"}), ({"deckhand"}, {"professional"}), ({"deckhand", "cleared"}, {"professional"}),
        ({"privacy-officer"}, {"privacy"}), ({"auditor", "reporting"}, {"auditor", "reporting"}),
        ({"administrator"}, {"administrator"}), ({"cleared"}, set()),
    ],
)  # fmt: skip
def test_roles_are_functions(roles: set[str], functions: set[str]):
    assert functions_of(frozenset(roles), PROFILE) == functions


def test_who_chairs_directs_and_everybody_where_nobody_does():
    assert functions_in(HARBOUR_TEAM, MASTER, PROFILE) == {"coordinator"}
    assert functions_in(HARBOUR_TEAM, TUG, PROFILE) == {"professional"}
    assert functions_in(HARBOUR_TEAM, "navy-1", PROFILE) == frozenset()
    chaired = made(HARBOUR, added(TUG), added(HOME), ChairAppointed(professional=TUG))
    assert functions_in(chaired, TUG, PROFILE) == {"coordinator"}
    assert functions_in(chaired, HOME, PROFILE) == {"professional"}
    alone = made(HARBOUR, added(TUG), added("tugs-2", "privacy-officer"))
    assert functions_in(alone, TUG, PROFILE) == {"coordinator"}
    assert functions_in(alone, "tugs-2", PROFILE) == {"privacy"}
