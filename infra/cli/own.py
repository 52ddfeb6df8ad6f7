"""The program's own commands, those that are not made from a command's class: a name, what they ask, what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from infra.cli.param import Param, values
from infra.cli.session import Session
from infra.cli.shape import Branch, Leaf
from infra.texts import Words

if TYPE_CHECKING:
    from infra.readmodels.asking import Rows

Work = Callable[..., None]
"""In: the session, and the parameters by name."""

JSON = Param("json", "yes-no")
YES = Param("yes", "yes-no")
MOMENTS = (Param("at", "date"), Param("known_at", "moment"))
ASKER = (Param("actor", "professional", flag="as"), Param("purpose", "code"))
"""Who looks and why, where that is not as usual: whatever shows something about people asks it."""
LOOKING = (*MOMENTS, *ASKER, JSON)
CASE = Param("case", "case", required=True, positional=True)
TEAM = Param("team", "team")


def leaf(words: Words, path: str, work: Work, *params: Param, also: tuple[Param, ...] = (JSON,)) -> Leaf:
    """A command. In: its path (`store status`), its work, what it asks, and what it asks as many others do."""
    keys = path.split()

    def run(**raw: Any) -> None:
        session = click.get_current_context().find_object(Session)
        assert session is not None
        known = values((*params, *also), raw)
        session.told(
            json=bool(known.pop("json", False)), actor=known.pop("actor", None) if ASKER[0] in also else None,
            purpose=known.pop("purpose", None) if ASKER[1] in also else None,
        )  # fmt: skip
        if isinstance(known.get("known_at"), datetime):
            known["known_at"] = known_by(session, known["known_at"], "known_at")
        work(session, **known)

    helps = {p.name: words.get("own", *keys, p.name) for p in params}
    helps |= {p.name: words.get("cli", "globals", p.name) for p in also}
    return Leaf(
        keys[-1], words, about=words.get("own", *keys, "help"), example=words.get("own", *keys, "example"),
        params=params, also=also, helps=helps, run=run,
    )  # fmt: skip


def known_by(session: Session, moment: datetime, field: str) -> datetime:
    """A moment up to now: what will be known later can't be asked yet. Of today, what is known now."""
    from domain.days import day_of
    from domain.refusal import Refused

    now = session.now()
    if moment <= now:
        return moment
    if day_of(moment) == day_of(now):
        return now
    raise Refused("in-the-future", field=field)


def yes_or_no(session: Session, *columns: str) -> dict[str, Callable[[Mapping[str, Any]], str]]:
    """How columns of truths are shown to people."""
    yes, _, no = session.words.get("cli", "words", "yes-no").partition("|")
    return {column: lambda row, column=column: yes if row[column] else no for column in columns}  # type: ignore[misc]


def branch(words: Words, name: str, commands: Mapping[str, Callable[[Words], click.Command]]) -> Branch:
    """A group of the program's own commands."""
    return Branch(
        name, words, about=words.get("cli", "groups", name), names=lambda: commands, load=lambda n: commands[n](words),
        line=lambda n: words.get("own", name, n, "help"),
    )  # fmt: skip


def asked(session: Session, at: date | None, known_at: datetime | None, streams: Iterable[str] | None = None) -> Rows:
    """What to ask: the read models as they are, or as they would have been."""
    if at is None and known_at is None:
        return session.readmodels
    return session.readmodels.as_of(at, known_at, streams)
