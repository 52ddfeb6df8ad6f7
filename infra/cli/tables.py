"""A team as it stands: `casus team show` and `casus team roster`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import click

from domain.days import end_of
from domain.refusal import NotFound
from domain.team import Team
from infra.cli.labels import labels
from infra.cli.opening import in_words
from infra.cli.own import LOOKING, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words
from infra.texts.sentences import people
from projections.history import history_of

WHICH = Param("team", "team", required=True, positional=True)


def command(name: str, words: Words) -> click.Command:
    """The command: the table itself, or who is on its roster."""
    return leaf(words, name, show if name == "team show" else roster, WHICH, also=LOOKING)


def team_as(session: Session, team: str, at: date | None, known_at: datetime | None) -> Team:
    """A team as it stands, stood on a day, or was known to stand."""
    store = session.store
    records = store.load(team, places=known_at is not None)
    if known_at is not None:
        upto = store.place_at(known_at)
        records = [r for r in records if r.place is not None and r.place <= upto]
    found = history_of(records, end_of(at) if at else None)
    if found is None or found.kind != "team":
        raise NotFound("team", team)
    state = found.state
    assert isinstance(state, Team)
    return state


def show(session: Session, team: str, at: date | None, known_at: datetime | None) -> None:
    """The table: way of working, chair, partners, meetings, agreement on data sharing."""
    state = team_as(session, team, at, known_at)
    session.gate.team("team-show", session.team(team))
    rows = list(_partners(state))
    if session.out.json:
        session.out.record(
            {
                "team": state.id, "kind": state.kind, "established": state.established, "profile": state.profile,
                "profile_version": state.profile_version, "profile_digest": state.profile_digest, "prefix": state.prefix,
                "chair": state.chair, "partners": rows,
                "meetings": [{"on": m.on, "kind": m.kind, "held": m.held} for m in state.meetings.values()],
                "sharing": {"signed": state.sharing.signed, "until": state.sharing.until, "partners": state.sharing.partners}
                if state.sharing else None,
            }
        )  # fmt: skip
        return
    out, words = session.out, session.words
    out.line(f"{state.id}  {words.code(state.kind)}, {words.say('team.since', on=state.established)}")
    out.line(words.say("team.profile", profile=state.profile, version=state.profile_version, prefix=state.prefix))
    out.line(words.say("team.chair", who=state.chair))
    out.line(words.say("team.meetings", days=tuple(sorted(m.on for m in state.meetings.values() if not m.held))))
    if state.sharing is not None:
        out.line(words.say("team.sharing", signed=state.sharing.signed, until=state.sharing.until))
    elif state.kind == "team":
        out.line(words.say("team.not-signed"))
    out.line()
    name = labels(session, team)
    out.rows(rows, ("partner", "column", "since", "left"), {"partner": lambda r: name("partner", str(r["partner"]))})


def roster(session: Session, team: str, at: date | None, known_at: datetime | None) -> None:
    """Who is on the roster, with their names."""
    state = team_as(session, team, at, known_at)
    texts = in_words(session, session.gate.team("team-roster", session.team(team), (p.name for p in state.roster.values())))
    name = labels(session, team)
    rows = [
        {
            "professional": p.id, "partner": p.partner, "roles": p.roles, "login": p.login, "since": p.since, "left": p.left,
            "name": texts[p.name],
        }
        for p in state.roster.values()
    ]  # fmt: skip

    def roles(row: Any) -> str:
        return people("roles", row["roles"], session.words, name)

    shown = {"roles": roles, "partner": lambda r: name("partner", str(r["partner"])), "name": lambda r: str(r["name"])}
    session.out.rows(rows, ("professional", "name", "partner", "roles", "login", "since", "left"), shown)


def _partners(state: Team) -> Iterator[dict[str, Any]]:
    for m in state.members.values():
        yield {"partner": m.partner, "column": m.column, "since": m.since, "left": m.left}
