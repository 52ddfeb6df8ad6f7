"""`casus keys`: which key-encryption keys are in use, and changing them by an act of two persons."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import click

from domain.refusal import Conflict, NotFound
from domain.team import Team
from infra.cli.asking import sure
from infra.cli.own import ASKER, JSON, YES, branch, leaf, yes_or_no
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

OF = Param("team", "team", required=True)
COLUMNS = ("version", "keys", "since", "current", "in_file")


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "status": lambda w: leaf(w, "keys status", status, also=(*ASKER, JSON)),
            "rotate": lambda w: leaf(w, "keys rotate", rotate, OF, also=(*ASKER, YES, JSON)),
        },
    )  # fmt: skip


def status(session: Session) -> None:
    """The versions of the key-encryption key, and how many keys each wraps."""
    from infra.keys.rotating import versions

    session.gate.general("keys-status")
    rows: list[dict[str, Any]] = [
        dict(zip(COLUMNS, row, strict=True)) for row in versions(session.store, session.store_config.keys_in)
    ]
    session.out.rows(rows, COLUMNS, yes_or_no(session, "current", "in_file"))


def rotate(session: Session, team: str, yes: bool) -> None:
    """Change the key-encryption key, where that was asked for and confirmed; an interrupted change goes on."""
    from commands.custody import confirmed
    from infra.keys.rotating import rotate as change

    table = session.team(team)
    if not table.exists():
        raise NotFound("team", team)
    session.gate.team("keys-rotate", table)
    act = confirmed(table, "rotate-keys")
    sure(session, "keys rotate", yes=yes)
    path = session.store_config.keys_in
    done = change(session.store, path, f"{team}:{act.id}", lambda step: session.log("rotating", step=step))
    _record(session, table, act.id, done.version)
    if act.alone:
        session.out.warn("done-alone")
    if session.out.json:
        session.out.record({"team": team, "custody": act.id, "version": done.version, "keys": done.wrapped})
    else:
        session.out.line(session.words.say("rotated", version=done.version, keys=done.wrapped))
    session.out.warn("keys-backup")


def _record(session: Session, team: Team, custody: str, version: int) -> None:
    """Have the log of the team say that it was done."""
    from domain.events.custody import CustodyCarriedOut
    from infra.store.draft import Draft, Receipt

    command, event = uuid.uuid4().hex, CustodyCarriedOut(custody=custody, version=version)
    header = replace(session.gate.header_at(team), command=command)
    for attempt in range(12):
        seen = session.store.version(team.id)
        try:
            session.store.append(
                [Draft(team.id, event, header)], expected={team.id: seen},
                receipt=Receipt.of(command, {"carried-out": custody, "version": version}),
            )  # fmt: skip
        except Conflict as conflict:
            if conflict.code != "stream-moved" or attempt == 11:
                raise
        else:
            session.place()
            return
