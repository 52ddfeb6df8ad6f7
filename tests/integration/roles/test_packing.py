"""Packs under logins of their own: an auditor on a server, whose machine can't sign, is given one that holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from infra.cli.exits import Exit
from infra.evidence.evidence import Evidence
from infra.evidence.following import Following
from infra.evidence.pack import verify
from tests.e2e.conftest import Casus, TestClock
from tests.integration.engine.office import opened
from tests.integration.roles.house import PHRASE, House


@pytest.fixture(autouse=True)
def _followed(house: House) -> Iterator[None]:
    """The follower at work meanwhile: it places, signs, and keeps the read models up."""
    stopping = Event()

    def follow() -> None:
        with opened(house.config_of("projector")) as office:
            safe = house.config.home.parent / "machine-of-projector"
            log = Evidence(office.store, safe / "signer.key", safe / "outside")
            signing = Following(log, lambda *_: None, lambda refused: pytest.fail(refused.code))
            office.models.follow(stopping.is_set, every=0.05, also=signing.turn)

    thread = Thread(target=follow)
    thread.start()
    yield
    stopping.set()
    thread.join()


def casus(house: House, who: str) -> Casus:
    return Casus(house.config.home, house.dsn(who), TestClock(datetime.now(UTC)))


def packed(house: House, who: str, folder: Path, *words: str) -> dict[str, Any]:
    return casus(house, who).done("--json", "evidence", "pack", house.case, "-o", str(folder / "pack.zip"), "--yes", *words).row


def found(folder: Path, **how: Any) -> verify.Held:
    return verify.check(*verify.read(str(folder / "pack.zip")), **how)


def texts(held: verify.Held) -> set[str]:
    told = [t for event, _ in held.said.values() for t in event.get("texts", {}).values()]
    return {t.get("text") or t["withheld"] for t in told}


def test_an_auditor_without_the_key_packs_with_what_the_follower_signed(house: House, tmp_path: Path):
    held = casus(house, "auditor").done("evidence", "checkpoint").out
    told = packed(house, "auditor", tmp_path, "--texts", "--with-access")
    key = casus(house, "auditor").done("evidence", "key").out.strip()
    (tmp_path / "mine").write_text(held, encoding="utf-8")
    since = packed(house, "auditor", tmp_path, "--since", str(tmp_path / "mine"))
    assert told["later"] == since["later"] == []
    proved = found(tmp_path, key=key, held=held)
    assert proved.since > 0
    assert texts(proved) == {"not-asked"}


def test_each_login_sees_of_the_texts_what_it_may(house: House, tmp_path: Path):
    packed(house, "coordinator", tmp_path, "--texts")
    assert PHRASE in texts(found(tmp_path))
    for who in ("auditor", "privacy"):
        packed(house, who, tmp_path, "--texts")
        assert PHRASE not in texts(found(tmp_path))


def test_to_whom_it_was_given_is_told_to_the_privacy_officer(house: House, tmp_path: Path):
    told = packed(house, "coordinator", tmp_path, "--texts", "--recipient", "court")
    [row] = [r for r in casus(house, "privacy").json("rights", "recipients", house.case) if r["digest"] == told["digest"]]
    assert (row["recipient"], row["what"], row["texts"]) == ("court", "export-case", "opened")
    for who in ("coordinator", "auditor", "outsider"):
        result = casus(house, who)("rights", "recipients", house.case)
        assert (result.code, result.out) == (Exit.REFUSED, ""), (who, result)


def test_who_has_no_part_in_it_is_given_none(house: House, tmp_path: Path):
    for who in ("member", "outsider", "elsewhere", "reporting", "administrator"):
        result = casus(house, who)("evidence", "pack", house.case, "-o", str(tmp_path / "pack.zip"))
        assert (result.code, result.out) == (Exit.REFUSED, ""), (who, result)
    assert list(tmp_path.iterdir()) == []


def test_the_same_place_gives_an_auditor_the_same_file(house: House, tmp_path: Path):
    told = packed(house, "auditor", tmp_path, "--with-access")
    first = (tmp_path / "pack.zip").read_bytes()
    again = packed(house, "auditor", tmp_path, "--with-access", "--place", str(told["place"]))
    assert (tmp_path / "pack.zip").read_bytes() == first
    assert again["digest"] == told["digest"]


def test_what_was_known_is_proved_with_a_checkpoint_of_later(house: House, tmp_path: Path):
    last = packed(house, "auditor", tmp_path)
    then = datetime.now(UTC).isoformat()
    with house.at_work("coordinator") as me:
        me.ask("monitoring.check", case=house.case, observed="Rustig", progress=True)
    told = packed(house, "auditor", tmp_path, "--known-at", then)
    assert last["place"] <= told["place"] < told["size"]
    before = found(tmp_path).last
    packed(house, "auditor", tmp_path)
    assert found(tmp_path).last > before
