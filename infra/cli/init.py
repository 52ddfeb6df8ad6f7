"""`casus init`: a store, a team with its way of working, and whoever runs this as its first professional."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.base import Command
from commands.team import AddProfessional, AppointChair, Establish
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team
from infra.cli.labels import labels
from infra.cli.own import leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words
from infra.texts.sentences import fill

TEAM = Param("team", "team")
PROFILE = Param("profile", "path")
PARTNER = Param("partner", "partner")
ROLE = Param("role", "code")
NAME = Param("name", "line")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, init, TEAM, PROFILE, PARTNER, ROLE, NAME)


def init(
    session: Session, team: str | None, profile: str | None, partner: str | None, role: str | None, name: str | None
) -> None:  # fmt: skip
    """Make what is not there yet. Run again it changes nothing that is; another team can be added to the same store."""
    made = {"store": _store(session)}
    team = team or (_asked(session, TEAM) if profile is None and session.interactive() else None)
    if team or profile:
        made |= _team(session, team, profile, partner, role, name)
    if not session.settings.store:  # on a server who follows the log signs, with a key that the owner need not have
        made["key"] = str(session.evidence.key or session.evidence.begin(new=made["store"] == "made"))
    if session.out.json:
        session.out.record(made | {"assurance": session.assurance})
        return
    say = session.words.say
    session.out.line(say(f"init.{made['store']}", where=str(_where(session))))
    if made.get("team"):
        session.out.line(fill(session.words.get("output", "init", "team"), made, session.words, labels(session, made["team"])))
        session.out.note("init.next", team=made["team"])
    elif teams := _teams(session):
        session.out.note("init.teams", teams=", ".join(teams))
    else:
        session.out.note("init.no-team")
    if made["store"] == "made":
        _evidence(session)
    session.out.note("init.assurance" if session.assurance == "os-user" else "init.database")


def _evidence(session: Session) -> None:
    """Where the key that signs checkpoints is, and what to do with it."""
    if session.settings.store:
        session.out.note("evidence.follower-signs")
    else:
        session.out.note("evidence.key-made", path=str(session.store_config.signer_in), outside=str(session.store_config.outside))


def _store(session: Session) -> str:
    from infra.store import create_store

    try:
        create_store(session.store_config).close()
    except Refused as refused:
        if refused.code != "store-exists":
            raise
        session.readmodels.prepare()
        return "there"
    session.readmodels.prepare()
    return "made"


def _teams(session: Session) -> list[str]:
    """The teams that are set up in this store."""
    from projections.registry import projection

    return sorted(row.team for row in session.readmodels.rows(projection("teams")))


def _where(session: Session) -> Path | str:
    return "PostgreSQL" if session.settings.store else session.settings.home


def _team(
    session: Session, team: str | None, named: str | None, partner: str | None, role: str | None, name: str | None
) -> dict[str, Any]:  # fmt: skip
    from infra.profiles import find, load

    profile = load(find(named or team or ""))
    team = team or profile.id
    there = session.team(team)
    if there.by_login(session.login) is None and not session.interactive():
        _named(profile, partner, name)
    if not there.exists():
        _run(session, team, Establish(team=team, profile=_document(profile)))
        session.forget()
        there = session.team(team)
    me = there.by_login(session.login)
    if me is None:
        wanted = _professional(session, profile, there, partner, role, name)
        _run(session, team, AddProfessional(team=team, login=session.login, **wanted))
        session.forget()
        there = session.team(team)
        me = there.by_login(session.login)
    assert me is not None
    chair = profile.chair_role.value if profile.chair_role else None
    if there.chair is None and chair in me.roles:
        _run(session, team, AppointChair(team=team, professional=me.id))
    return {"team": team, "professional": me.id, "partner": me.partner, "roles": me.roles, "login": session.login}


def _named(profile: Profile, partner: str | None, name: str | None) -> None:
    """Nobody can be asked: complain of what is missing before anything is made."""
    if partner is None:
        raise Bad("not-a-choice", param=PARTNER.shown, choices=tuple(p.id for p in profile.partners))
    if name is None:
        raise Bad("missing", param=NAME.shown, kind=NAME.kind)


def _document(profile: Profile) -> str:
    from infra.profiles import document

    return document(profile)


def _professional(
    session: Session, profile: Profile, team: Team, partner: str | None, role: str | None, name: str | None
) -> dict[str, Any]:  # fmt: skip
    """Who is added: as named, asked for on a terminal; the role, if not named, is the one that weighs submissions."""
    seated = tuple(p for p in team.members if team.seated(p))
    usual = profile.triage.role.value if profile.triage else profile.roles[0].id
    partner = partner or _asked(session, PARTNER, seated)
    name = name or _asked(session, NAME)
    return {"partner": partner, "roles": frozenset({role or usual}), "name": name}


def _asked(session: Session, param: Param, choices: tuple[str, ...] = ()) -> str:
    if not session.interactive():
        raise Bad("missing", param=param.shown, kind=param.kind)
    session.out.warn(f"init.ask-{param.name}", choices=choices)
    answer = session.stdin.readline().strip()
    if not answer:
        raise Bad("missing", param=param.shown, kind=param.kind)
    return answer


def _run(session: Session, team: str, command: Command) -> None:
    from infra.engine import Request

    session.engine.run(command, Request(login=session.login, team=team, assurance=session.assurance))
