"""What the gate lets through, what it withholds and why, and what is stored of it before."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.events.access import Disclosed
from domain.personal import Ref
from domain.refusal import Refused
from infra.cli.show import refs_in
from infra.seeing.gate import Gate
from infra.store.texts import Withheld
from tests.integration.engine.office import GRN, ZEI, Office
from tests.integration.seeing.conftest import Gates

CHAIR, VNN, TERWILLE, AFPN = "veiligheidshuis-groningen-1", "vnn-1", "terwille-1", "afpn-1"
DIRECTS_ZEI, WORKS_ZEI = "sociaal-team-1", "jellinek-1"


@pytest.fixture
def number(office: Office) -> str:
    """A case that was accepted, in which VNN and Terwille take part."""
    made = office.accepted(GRN)
    for partner, who in (("vnn", VNN), ("terwille", TERWILLE)):
        office.ask("parties.invite", case=made, partner=partner)
        office.ask("parties.join", who=who, case=made, partner=partner)
    return made


def look(office: Office, gate: Gate, number: str, refs: Iterable[Ref] | None = None) -> dict[Ref, str | Withheld]:
    case = office.case(number)
    return dict(gate.case("show", case, office.records(number), refs_in(case) if refs is None else refs))


def disclosures(office: Office) -> list[Disclosed]:
    """Every act of seeing that is stored, in the order of the log."""
    found = [r for r in office.store.after(0, 100_000) if isinstance(r.event, Disclosed)]
    return [r.event for r in found if isinstance(r.event, Disclosed)]


def refused(office: Office, gate: Gate, number: str) -> str:
    with pytest.raises(Refused) as refusal:
        look(office, gate, number)
    assert refusal.value.code == "not-allowed"
    return str(refusal.value.facts["code"])


def told(office: Office, number: str, who: str, text: str, audience: str = "") -> Ref:
    """What somebody says was tried before, and where it stands."""
    outcome = office.ask("intake.record-tried", who=who, case=number, tried=text, audience=audience)
    return outcome.events[0].stamp.ref("tried")


def test_somebody_in_the_case_reads_it_and_that_is_stored(office: Office, number: str, gate: Gates):
    before = len(disclosures(office))
    texts = look(office, gate(VNN), number)
    assert "Er is hulp nodig" in texts.values()
    *_, last = disclosures(office)
    assert len(disclosures(office)) == before + 1
    assert (last.of, last.what, last.action, last.outcome, last.code) == (number, "show", "see-case", "shown", "allowed")
    assert last.subjects == ("s1",)
    assert set(last.fields) == {f"{r.version}.{r.field}" for r in texts}
    assert last.seen_version == len(office.records(number))
    assert (last.basis, last.entry) == ("consent", "C1")
    assert office.store.load(office.store.streams("access:")[0])[0].header.purpose == "case-direction"


def test_facts_alone_are_a_look_too(office: Office, number: str, gate: Gates):
    before = len(disclosures(office))
    assert look(office, gate(VNN), number, refs=()) == {}
    assert len(disclosures(office)) == before + 1
    assert disclosures(office)[-1].subjects == ()


@pytest.mark.parametrize(
    ("who", "team", "code"),
    [(AFPN, GRN, "not-member"), (DIRECTS_ZEI, ZEI, "not-member"), ("nobody-9", GRN, "not-on-roster")],
)
def test_who_has_no_part_in_the_case_is_denied_and_that_is_stored(
    office: Office, number: str, gate: Gates, who: str, team: str, code: str
):
    before = len(disclosures(office))
    assert refused(office, gate(who, team), number) == code
    *_, last = disclosures(office)
    assert len(disclosures(office)) == before + 1
    assert (last.of, last.outcome, last.code, last.subjects, last.fields) == (number, "denied", code, (), ())


def test_past_membership_grants_nothing_now(office: Office, number: str, gate: Gates):
    office.ask("parties.invite", case=number, partner="afpn")
    look(office, gate(AFPN), number)
    office.ask("parties.leave", case=number, partner="afpn")
    assert refused(office, gate(AFPN), number) == "former-member"


def test_a_login_of_no_roster_is_denied(office: Office, number: str, gate: Gates):
    assert refused(office, gate(None, None, login="os-4242"), number) == "not-on-roster"


def test_without_an_agreement_in_force_nobody_reads(office: Office, number: str, gate: Gates):
    office.ask("team.sign-sharing", partners=["vnn", "terwille"])
    look(office, gate(VNN), number)
    assert refused(office, gate(CHAIR), number) == "no-sharing-agreement"


@pytest.mark.parametrize(("purpose", "code"), [("curiosity", "purpose-unknown"), ("reporting", "purpose-does-not-cover")])
def test_a_purpose_must_be_registered_and_cover_it(office: Office, number: str, gate: Gates, purpose: str, code: str):
    assert refused(office, gate(CHAIR, purpose=purpose), number) == code


def test_an_auditor_and_a_privacy_officer_see_facts_and_no_text(office: Office, number: str, gate: Gates):
    for role in ("auditor", "privacy-officer"):
        who = office.ask("team.add-professional", partner="gemeente", roles=[role], name="Een Ander").events[0].event
        texts = look(office, gate(who.professional), number)  # type: ignore[attr-defined]
        assert set(texts.values()) == {Withheld("role")}
        assert disclosures(office)[-1].fields == ()


def test_a_text_for_care_partners_is_not_for_who_coordinates(office: Office, number: str, gate: Gates):
    ref = told(office, number, VNN, "Medicatie gestopt", audience="treatment")
    assert look(office, gate(CHAIR), number, [ref]) == {ref: Withheld("audience")}
    assert look(office, gate(TERWILLE), number, [ref]) == {ref: "Medicatie gestopt"}
    assert look(office, gate(VNN), number, [ref]) == {ref: "Medicatie gestopt"}
    assert f"{ref.version}.tried" not in disclosures(office)[-3].fields


def test_a_text_for_the_own_organisation_is_for_nobody_else(office: Office, number: str, gate: Gates):
    ref = told(office, number, VNN, "Alleen wij", audience="organisation")
    assert look(office, gate(TERWILLE), number, [ref]) == {ref: Withheld("audience")}
    assert look(office, gate(VNN), number, [ref]) == {ref: "Alleen wij"}


def test_consent_that_is_taken_back_stops_sharing_from_then_on(office: Office, number: str, gate: Gates):
    ref = told(office, number, VNN, "Drinkt weer")
    assert look(office, gate(TERWILLE), number, [ref]) == {ref: "Drinkt weer"}
    office.ask("consent.withdraw", case=number, consent="C1")
    assert look(office, gate(TERWILLE), number, [ref]) == {ref: Withheld("no-consent")}
    assert look(office, gate(VNN), number, [ref]) == {ref: "Drinkt weer"}, "what an organisation brought in it keeps seeing"


def test_whoever_breaks_the_glass_reads_for_an_hour_at_most(office: Office, number: str, gate: Gates):
    office.ask("access.break-glass", who=AFPN, case=number, reason="Crisis vannacht", minutes=30)
    assert "Er is hulp nodig" in look(office, gate(AFPN), number).values()
    *_, last = disclosures(office)
    assert (last.code, last.basis, last.entry) == ("break-glass", "break-glass", "BG1")
    later = type("Later", (), {"now": lambda self: datetime.now(UTC) + timedelta(minutes=31)})()
    watched = gate(AFPN)
    watched.store._backend.clock = later
    assert refused(office, watched, number) == "not-member"


def test_a_case_for_few_is_seen_by_those_named_in_it_alone(office: Office, number: str, gate: Gates):
    office.ask("access.set-clearance", case=number, level="restricted")
    assert refused(office, gate(VNN), number) == "clearance"
    look(office, gate(CHAIR), number)


def test_a_text_keeps_the_clearance_of_the_case_it_stands_in(office: Office, number: str, gate: Gates):
    """Two cases turned out to be one. The clearance of the one that stays is lowered; that of the other still holds."""
    twin = office.accepted(GRN)
    agreement = office.agreed(twin, what="Elke week langs", partner="vnn")
    kept = office.case(twin).agreements[agreement].what
    office.ask("access.set-clearance", case=twin, level="restricted")
    office.ask("closing.merge", case=twin, into=number, why="Dezelfde")
    assert refused(office, gate(VNN), number) == "clearance"
    office.ask("access.set-clearance", case=number, level="normal")
    assert look(office, gate(VNN), number, [kept]) == {kept: Withheld("role")}
    assert look(office, gate(CHAIR), number, [kept]) == {kept: "Elke week langs"}, "by name: holds it"
    office.ask("team.change-roles", professional=VNN, roles=["professional", "cleared"])
    assert look(office, gate(VNN), number, [kept]) == {kept: "Elke week langs"}
    office.ask("team.change-roles", professional=VNN, roles=["professional"])
    office.ask("access.set-clearance", case=twin, level="normal")
    assert look(office, gate(VNN), number, [kept]) == {kept: "Elke week langs"}


def test_who_is_being_erased_in_the_earlier_case_is_not_read_in_the_later_one(office: Office, number: str, gate: Gates):
    """From the beginning on, while the keys are still there: it may have been interrupted."""
    twin = office.accepted(GRN)
    agreement = office.agreed(twin, what="Elke week langs", partner="vnn")
    kept = office.case(twin).agreements[agreement].what
    office.ask("closing.merge", case=twin, into=number, why="Dezelfde")
    assert look(office, gate(CHAIR), number, [kept]) == {kept: "Elke week langs"}
    added = office.ask("team.add-professional", partner="gemeente", roles=["privacy-officer"], name="Een Ander").events[0].event
    officer = added.professional  # type: ignore[attr-defined]
    office.ask("rights.request", who=officer, case=twin, kind="erasure", received=date.today())  # noqa: DTZ011
    office.ask("rights.decide", who=officer, case=twin, right="Q1", outcome="granted", reason="Niets staat in de weg")
    office.ask("rights.confirm", who=officer, case=twin, right="Q1")
    office.ask("rights.erase", who=officer, case=twin, right="Q1")
    assert office.case(twin).erased == {"s1"}
    assert look(office, gate(CHAIR), number, [kept]) == {kept: Withheld("erased")}
    own = [ref for ref in refs_in(office.case(number)) if ref.stream == number]
    assert "Er is hulp nodig" in look(office, gate(CHAIR), number, own).values(), "here nobody is erased"


def test_a_restricted_subjects_texts_are_closed_to_all(office: Office, number: str, gate: Gates):
    officer = office.ask("team.add-professional", partner="gemeente", roles=["privacy-officer"], name="Een Ander").events[0].event
    who = officer.professional  # type: ignore[attr-defined]
    office.ask("rights.request", who=who, case=number, kind="restriction", received=date.today())  # noqa: DTZ011
    office.ask("rights.decide", who=who, case=number, right="Q1", outcome="granted", reason="Betwist")
    office.ask("rights.restrict", who=who, case=number, right="Q1", reason="Betwist")
    texts = look(office, gate(CHAIR), number)
    assert set(texts.values()) == {Withheld("restricted")}


def test_nothing_is_shown_when_the_look_cant_be_stored(office: Office, number: str, gate: Gates):
    """The store is taken away in between."""
    database = office.store.connection()
    if database.kind == "sqlite":
        database.script("CREATE TRIGGER gone BEFORE INSERT ON stored_events BEGIN SELECT RAISE(ABORT, 'gone'); END;")
    else:
        database.script("ALTER TABLE casus.stored_events ADD CONSTRAINT gone CHECK (topic NOT LIKE 'access.%') NOT VALID")
    shown: list[object] = []
    with pytest.raises(Exception, match="gone"):
        shown.append(look(office, gate(CHAIR), number))
    assert not shown


def test_a_list_shows_each_their_own_cases(office: Office, number: str, gate: Gates):
    other = office.accepted(GRN, name="Bep Verzonnen")
    elsewhere = office.accepted(ZEI, name="Cor Verzonnen")
    cases = [(number, GRN), (other, GRN), (elsewhere, ZEI)]

    def listed(who: str, team: str = GRN) -> set[str]:
        visible = gate(who, team).visible(office.models)
        return {n for n, t in cases if visible.case(n, t)}

    assert listed(CHAIR) == {number, other}
    assert listed(VNN) == {number}
    assert listed(AFPN) == set()
    assert listed(DIRECTS_ZEI, ZEI) == {elsewhere}
    assert listed(WORKS_ZEI, ZEI) == set()


def test_a_case_for_few_is_listed_for_them_alone(office: Office, number: str, gate: Gates):
    office.ask("access.set-clearance", case=number, level="restricted")
    assert not gate(VNN).visible(office.models).case(number, GRN)
    assert gate(CHAIR).visible(office.models).case(number, GRN)


def test_a_list_is_a_disclosure_by_the_cases_it_held(office: Office, number: str, gate: Gates):
    gate(CHAIR).general("cases", seen=[number])
    *_, last = disclosures(office)
    assert (last.of, last.what, last.seen, last.outcome) == (None, "cases", (number,), "shown")


def test_a_reporting_job_sees_no_case(office: Office, number: str, gate: Gates):
    who = office.ask("team.add-professional", partner="gemeente", roles=["reporting"], name="Een Ander").events[0].event
    reader = who.professional  # type: ignore[attr-defined]
    assert refused(office, gate(reader), number) == "role"
    assert not gate(reader).visible(office.models).case(number, GRN)


def test_names_on_a_roster_open_for_those_at_the_table(office: Office, gate: Gates):
    from domain.event import replay
    from domain.team import Team

    table = replay(Team(), office.store.load(GRN))
    refs = [table.roster[VNN].name]
    assert gate(AFPN).team("team-roster", table, refs) == {refs[0]: "Ada Verzonnen"}
    assert gate(DIRECTS_ZEI, ZEI).team("team-roster", table, refs) == {refs[0]: Withheld("role")}


def test_texts_in_a_list_are_for_who_works_on_cases(office: Office, number: str, gate: Gates):
    who = office.ask("team.add-professional", partner="gemeente", roles=["auditor"], name="Een Ander").events[0].event
    ref = told(office, number, VNN, "Wat werkte")
    assert gate(who.professional).general("learning-list", seen=[number], refs=[ref]) == {ref: Withheld("role")}  # type: ignore[attr-defined]
    assert gate(TERWILLE).general("learning-list", seen=[number], refs=[ref]) == {ref: "Wat werkte"}


def test_a_list_is_no_side_door_to_a_text(office: Office, number: str, gate: Gates):
    ref = told(office, number, VNN, "Alleen wij", audience="organisation")
    assert gate(TERWILLE).general("learning-list", seen=[number], refs=[ref]) == {ref: Withheld("audience")}
    assert disclosures(office)[-1].fields == ()


def test_what_was_learned_in_a_case_for_few_is_in_no_list_of_others(office: Office, number: str, gate: Gates):
    ref = told(office, number, VNN, "Wat werkte")
    assert gate(AFPN).general("learning-list", refs=[ref]) == {ref: "Wat werkte"}, "no part in it is asked"
    office.ask("access.set-clearance", case=number, level="restricted")
    assert gate(AFPN).general("learning-list", refs=[ref]) == {ref: Withheld("role")}


@pytest.mark.parametrize("purpose", [None, "learning"])
def test_no_purpose_passes_by_what_was_refused(office: Office, number: str, gate: Gates, purpose: str | None):
    ref = told(office, number, VNN, "Drinkt weer")
    office.ask("consent.withdraw", case=number, consent="C1")
    assert gate(TERWILLE, purpose=purpose).general("learning-list", refs=[ref]) == {ref: Withheld("no-consent")}


def test_broken_glass_opens_what_was_not_shared_but_not_what_is_kept_apart(office: Office, number: str, gate: Gates):
    shared, treatment = told(office, number, VNN, "Drinkt weer"), told(office, number, VNN, "Medicatie", audience="treatment")
    apart = told(office, number, VNN, "Alleen wij", audience="organisation")
    office.ask("consent.withdraw", case=number, consent="C1")
    office.ask("access.break-glass", who=AFPN, case=number, reason="Crisis", minutes=30)
    texts = look(office, gate(AFPN), number, [shared, treatment, apart])
    assert texts == {shared: "Drinkt weer", treatment: "Medicatie", apart: Withheld("audience")}
