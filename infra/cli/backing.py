"""`casus store backup` and `casus store restore`: events in one file, keys in another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.cli.asking import sure, written_over
from infra.cli.own import JSON, YES, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from infra.backup.parts import Holds
    from infra.backup.restoring import Restored

FILES = (Param("events", "file"), Param("keys", "file"))


def command(name: str, words: Words) -> click.Command:
    """One of the two."""
    return leaf(words, f"store {name}", {"backup": backup, "restore": restore}[name], *FILES, also=(YES, JSON))


def backup(session: Session, events: str | None, keys: str | None, yes: bool) -> None:
    """Write one file or both. One that is there already is asked about before it is written over."""
    from infra.backup import take

    files = _files(events, keys)
    written_over(session, *zip(FILES, (events, keys), strict=True), yes=yes)
    session.gate.general("store-backup", outcome="exported")  # a store that may not be read now is not copied either
    made = take(session.store_config, files, _teller(session))
    session.out.progress_done()
    rows = [{"holds": kept.holds, "part": part, "rows": count} for kept in made for part, count in kept.rows.items()]
    session.out.rows(rows, ("holds", "part", "rows"))
    if len(made) == len(FILES):
        session.out.note("backup-apart")


def restore(session: Session, events: str | None, keys: str | None, yes: bool) -> None:
    """Put back one file or both, and make anew what is derived from them."""
    from infra.backup import restore as put_back
    from infra.backup.following import derive, to_erase_again

    files = _files(events, keys)
    sure(session, "store restore", yes=yes)
    tell = _teller(session)
    found = put_back(session.store_config, files, tell)
    place = derive(session.store_config, lambda p: tell(p.done))
    session.out.progress_done()
    vouched = {"checkpoint": found.checkpoint._asdict(), "erased": found.erased} if found.checkpoint else {}
    if session.out.json:
        session.out.record({"store": found.store, "place": place, "rows": found.rows, "before": found.there,
                            "without_key": found.keyless, "missing_key_versions": found.versions, **vouched})  # fmt: skip
    else:
        session.out.line(session.words.say("restored", place=place, rows=sum(found.rows.values())))
    _warn(session, found, to_erase_again(session.store_config))


def _warn(session: Session, found: Restored, again: int | None) -> None:
    """What is still to be done before texts can be read."""
    from infra.cli.failures import refusal

    out = session.out
    if again is None:
        out.warn("restored-no-ledger", path=str(session.store_config.ledger_in))
    elif again:
        out.warn("restored-erased", count=again)
    if found.checkpoint:
        out.note("restored-checkpoint", **found.checkpoint._asdict())
    if found.erased:
        out.note("restored-without", count=found.erased)
    if found.there:
        out.note("restored-before", holds=found.there)
    if found.key_file:
        out.warn("restored-no-key-file", why=refusal(found.key_file, session.words))
    if found.versions:
        out.warn("restored-other-keys", versions=found.versions)
    if found.keyless:
        out.warn("restored-keyless", count=found.keyless)


def _files(events: str | None, keys: str | None) -> dict[Holds, Path]:
    """Which files were named. At least one must be."""
    named: dict[Holds, Path] = {}
    if events:
        named["events"] = Path(events).expanduser()
    if keys:
        named["keys"] = Path(keys).expanduser()
    if not named:
        raise Bad("missing", param=FILES[0].shown, kind="file")
    return named


def _teller(session: Session) -> Any:
    return lambda rows: session.out.progress(session.words.say("copying", rows=rows))
