"""Who saw what, asked under a login of one's own: the database shows the disclosures to who oversees, and to who made them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.exports.course.which import is_case
from infra.readmodels import ReadModels
from infra.store import open_store
from tests.e2e.conftest import Casus
from tests.integration.roles.house import House


def program(house: House, who: str) -> Casus:
    return Casus(house.config.home, house.dsn(who))


def caught_up(house: House) -> None:
    """What the following service does."""
    with open_store(house.config) as store:
        ReadModels(store).catch_up()


def seen(rows: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(row["recorded_by"], row["what"], row["outcome"]) for row in rows}


def test_the_reporting_function_is_told_who_sees_what_it_saw(house: House) -> None:
    me = house.ids["reporting"]
    casus = program(house, "reporting")
    own = casus("--json", "access", "log", "--actor", me)
    assert (own.code, own.out, json.loads(own.err)["error"]) == (3, "", "disclosures-unread")
    caught_up(house)
    assert "Ask an auditor" in casus("access", "log", "--actor", me).err
    caught_up(house)
    whole = casus("--json", "access", "log")
    assert (whole.code, json.loads(whole.err)["error"]) == (3, "not-allowed"), "the policy says no before the database has to"
    caught_up(house)
    told = seen(program(house, "auditor").json("access", "log", "--actor", me))
    login = house.logins["reporting"]
    assert (login, "access-log", "denied") in told


def test_who_oversees_sees_it_all_and_others_what_they_saw_themselves(house: House) -> None:
    member, outsider, privacy = (house.logins[who] for who in ("member", "outsider", "privacy"))
    program(house, "member").done("show", house.case)
    assert program(house, "outsider")("show", house.case).code in (3, 4)
    for who in ("privacy", "auditor"):
        caught_up(house)
        found = seen(program(house, who).json("access", "log", "--case", house.case))
        assert (member, "show", "shown") in found, who
    caught_up(house)
    told = seen(program(house, "privacy").json("access", "log"))
    assert {(member, "show", "shown"), (outsider, "show", "denied")} <= told
    caught_up(house)
    assert (privacy, "access-log", "shown") in seen(program(house, "privacy").json("access", "log"))
    caught_up(house)
    own = program(house, "member").json("access", "log", "--actor", house.ids["member"])
    assert {row["recorded_by"] for row in own} == {member}


def test_the_database_itself_shows_a_professional_no_others_disclosures(house: House) -> None:
    program(house, "coordinator").done("show", house.case)
    caught_up(house)
    with house.sql("member") as connection:
        found = connection.execute("SELECT DISTINCT recorded_by FROM casus_read.disclosures_v1").fetchall()
    assert found in ([], [(house.logins["member"],)])
    with house.sql("privacy") as connection:
        found = connection.execute("SELECT count(DISTINCT recorded_by) FROM casus_read.disclosures_v1").fetchall()
    assert found[0][0] > 1


def test_row_security_leaves_the_index_its_work(house: House) -> None:
    """A condition that might leak is tried after the policy, on every row: these must not be of that kind."""
    asked = (
        "SELECT * FROM casus_read.disclosed_v1 WHERE number = 'GRN-2026-0001' AND subject IN ('s1', '') AND at >= '2026-01-01' "
        "AND (at, disclosure) > ('2026-01-01', 'access:0') ORDER BY at, disclosure LIMIT 500"
    )
    with house.sql("privacy") as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {asked}"))
    assert "Index Cond: ((number = 'GRN-2026-0001'" in plan
    assert "ROW(at, disclosure) >" in plan.partition("Filter")[0]
    assert "sees(disclosure)" in plan


def test_who_may_not_is_denied_and_that_is_kept(house: House) -> None:
    for who in ("member", "coordinator", "reporting", "administrator"):
        assert program(house, who)("access", "log", "--case", house.case).code == 3, who
    caught_up(house)
    told = seen(program(house, "privacy").json("access", "log", "--outcome", "denied"))
    assert {(house.logins[who], "access-log", "denied") for who in ("member", "coordinator")} <= told


def test_an_overview_and_a_review_are_the_privacy_officers(house: House) -> None:
    caught_up(house)
    privacy = program(house, "privacy")
    assert privacy.done("access", "overview", house.case).out.startswith("Overzicht")
    caught_up(house)
    assert {f["rule"] for f in privacy.json("access", "review")} >= {"no-task", "denied"}
    assert program(house, "member")("access", "review").code == 3


def test_histories_leave_under_the_login_of_a_coordinator_with_the_cases_that_they_may_read(house: House, tmp_path: Path) -> None:
    """Pseudonyms take a key, and the login of an auditor or a reporting job gets none."""
    said = Casus(house.config.home, house.config.dsn).done("evidence", "checkpoint", "--json").row
    line = ("--json", "export", "ocel", "--recipient", "university", "--place", str(said["size"]), "-o")
    made = program(house, "coordinator").done(*line, str(tmp_path / "made.json")).row
    assert made["cases"] == 2
    with open_store(house.config) as store:
        assert made["cases"] < sum(map(is_case, store.streams())), "another table has a case as well"
    few = program(house, "coordinator")(*line, str(tmp_path / "few.json"), "--withhold-small-counts")
    assert (few.code, '"export-too-few"' in few.err) == (3, True), "counted is what they may read"
    for who, code in (("auditor", "pseudonyms-need-key"), ("reporting", "pseudonyms-need-key"), ("member", "not-allowed")):
        result = program(house, who)(*line, str(tmp_path / who), "--withhold-small-counts")
        assert (result.code, f'"{code}"' in result.err, (tmp_path / who).exists()) == (3, True, False), (who, result)


def test_segments_are_refused_to_a_login_without_the_key_before_anything_is_made(house: House, tmp_path: Path) -> None:
    """Under a login that reads no cases no pseudonym would be made, and empty segments would be called whole."""
    said = Casus(house.config.home, house.config.dsn).done("evidence", "checkpoint", "--json").row
    line = ("export", "parquet", "--recipient", "university")
    for who in ("auditor", "reporting"):
        for more in ((), ("--place", str(said["size"]))):
            result = program(house, who)("--json", *line, *more, "-o", str(tmp_path / who))
            assert (result.code, '"pseudonyms-need-key"' in result.err) == (3, True), (who, result)
            assert not (tmp_path / who).exists()
    after = Casus(house.config.home, house.config.dsn).json("evidence", "list")
    assert max(each["size"] for each in after) == said["size"], "no checkpoint was made for it"
