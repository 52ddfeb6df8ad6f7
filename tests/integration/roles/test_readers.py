"""Who only reads, under logins of their own: an auditor, a privacy officer, a reporting job; and who sees which rows."""

import psycopg
import pytest

from infra.cli.exits import Exit
from infra.readmodels import ReadModels
from infra.store.roles.checking import check
from tests.e2e.conftest import Casus
from tests.integration.engine.office import opened
from tests.integration.roles.house import PHRASE, House


def casus(house: House, who: str) -> Casus:
    return Casus(house.config.home, house.dsn(who))


@pytest.fixture(autouse=True)
def _followed(house: House) -> None:
    with opened(house.config_of("projector")) as follower:
        follower.models.catch_up()


def test_an_auditor_sees_facts_and_no_text(house: House) -> None:
    shown = casus(house, "auditor").done("--json", "show", house.case)
    assert house.case in shown.out
    assert PHRASE not in shown.out


def test_an_auditor_goes_through_a_case_and_sees_no_text(house: House) -> None:
    auditor, coordinator = casus(house, "auditor"), casus(house, "coordinator")
    steps = {who.dsn: who.json("replay", house.case, "--texts") for who in (auditor, coordinator)}
    facts = [[{k: v for k, v in step.items() if k != "texts"} for step in found] for found in steps.values()]
    assert facts[0] == facts[1]
    assert facts[0][0]["basis"] == {"allowed": True, "code": "unsettled", "entry": None}
    assert {text for step in steps[auditor.dsn] for text in step["texts"].values()} == {"[texts are not for your role]"}
    for words in (("replay", house.case, "--texts"), ("diff", house.case, "--from", "2026-01-01", "--texts")):
        assert PHRASE in coordinator.done(*words).out
        assert PHRASE not in auditor.done(*words).out


def test_who_is_in_no_part_of_a_case_goes_through_nothing_of_it(house: House) -> None:
    for who in ("outsider", "elsewhere", "reporting"):
        for words in (("replay", house.case), ("diff", house.case, "--from", "1"), ("replay", house.case, "--until", "99")):
            result = casus(house, who)(*words)
            assert (result.code, result.out) == (Exit.REFUSED, ""), (who, result)


def test_a_member_sees_the_text(house: House) -> None:
    assert PHRASE in casus(house, "coordinator").done("--json", "show", house.case).out


def test_a_privacy_officer_sees_who_saw_it(house: House) -> None:
    casus(house, "coordinator").done("--json", "show", house.case)
    with opened(house.config_of("projector")) as follower:
        follower.models.catch_up()
    rows = casus(house, "privacy").json("access", "log", "--case", house.case)
    assert rows


def test_a_list_holds_one_s_own_cases(house: House) -> None:
    told = {who: casus(house, who).done("--json", "cases").out for who in ("member", "outsider", "coordinator", "elsewhere")}
    assert house.case in told["member"]
    assert house.other not in told["member"]
    assert house.case not in told["outsider"]
    assert house.other in told["coordinator"]
    assert house.case not in told["elsewhere"]


def test_a_reporting_job_reads_pseudonymous_tables_alone(house: House) -> None:
    done = casus(house, "reporting").done("--json", "report", "cases")
    assert "Verzonnen" not in done.out
    with house.sql("reporting") as client:
        streams = {row[0] for row in client.execute("SELECT DISTINCT originator_id FROM casus.stored_events")}
        assert house.case not in streams
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            client.execute("SELECT * FROM casus_read.texts_v1")


def test_a_professional_does_not_keep_the_store(house: House) -> None:
    for words in (("store", "roles", "--check"), ("store", "upgrade", "--yes"), ("projections", "rebuild")):
        ran = casus(house, "member")("--json", *words)
        assert ran.code == Exit.REFUSED, (words, ran)


def test_a_read_model_that_is_made_anew_gets_its_rights(house: House) -> None:
    with opened(house.config) as office:
        db = office.store.connection()
        db.execute("DROP TABLE meetings_v1")
        db.execute("DELETE FROM tracking WHERE application_name = 'read:meetings_v1'")
        assert ReadModels(office.store).prepare() == ["meetings_v1"]
        office.models.catch_up()
        assert check(office.store) == []
