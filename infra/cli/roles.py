"""`casus store roles`: make the roles of a server and their rights, give somebody a login, or check it all."""

from __future__ import annotations

from collections import Counter

from infra.cli.asking import sure
from infra.cli.exits import Exit
from infra.cli.own import JSON, YES, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.cli.shape import Leaf
from infra.texts import Words

SERVICES = ("projector", "sequencer", "reporting")
LOGIN = Param("login", "login")
SERVICE = Param("service", "choice", choices=SERVICES)
CERTIFICATE = Param("certificate", "yes-no")
CHECK = Param("check", "yes-no")


def command(words: Words) -> Leaf:
    """The command."""
    return leaf(words, "store roles", roles, LOGIN, SERVICE, CERTIFICATE, CHECK, also=(YES, JSON))


def roles(session: Session, login: str | None, service: str | None, certificate: bool, check: bool, yes: bool) -> None:
    """Bring roles and rights to what they should be, and make a login where one is named. Of a new login the password is
    told once, on standard output, and kept nowhere.
    """
    from domain.refusal import Refused
    from infra.store.postgresql import PostgreSQLDatabase
    from infra.store.roles.filling import fill
    from infra.store.roles.installing import install
    from infra.store.roles.logins import make_login

    if not session.settings.store:
        raise Refused("roles-need-server")
    if check:
        _check(session)
        return
    database = session.store.connection()
    assert isinstance(database, PostgreSQLDatabase)
    sure(session, "store roles", yes=yes)
    done = Counter(step.partition(":")[0] for step in install(database))
    if changed := fill(session.store):
        done["members"] = changed
    if login is None:
        session.out.rows([{"what": what, "count": count} for what, count in sorted(done.items())], ("what", "count"))
        return
    password = make_login(database, login, service, certificate=certificate)
    session.out.rows([{"login": login, "password": password}], ("login", "password"))


def _said(session: Session, matter: str) -> str:
    """What is the matter, in words: the code, and what follows on it as the server names it."""
    from infra.texts.sentences import fill

    code, _, what = matter.partition(":")
    return fill(session.words.get("output", "matter", code), {"what": what}, session.words)


def _check(session: Session) -> None:
    """What differs, a line each; the exit code says whether anything does."""
    from infra.store.roles.checking import check

    found = check(session.store)
    session.out.rows(
        [f._asdict() for f in found], ("kind", "what", "matter"), {"matter": lambda row: _said(session, row["matter"])}
    )
    if found:
        session.code = Exit.FAILED
    else:
        session.out.note("roles-as-they-should-be")
