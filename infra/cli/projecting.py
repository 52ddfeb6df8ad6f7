"""`casus projections`: how far the read models are; catch up, follow, rebuild."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from domain.refusal import NotFound, Refused
from infra.cli.own import branch, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.readmodels.catching_up import Progress, Told
from infra.texts import Words

if TYPE_CHECKING:
    from infra.evidence.following import Following
    from infra.evidence.note import VerifierKey

EVERY = Param("every", "integer", default="1")
NAMES = Param("names", "word", many=True, positional=True)


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "status": lambda w: leaf(w, "projections status", status),
            "catch-up": lambda w: leaf(w, "projections catch-up", catch_up),
            "follow": lambda w: leaf(w, "projections follow", follow, EVERY, Param("once", "yes-no")),
            "rebuild": lambda w: leaf(w, "projections rebuild", rebuild, NAMES),
        },
    )  # fmt: skip


def status(session: Session) -> None:
    """How far each read model is, of the last event there is."""
    rows = [s._asdict() | {"behind": s.behind} for s in session.readmodels.status()]
    session.out.rows(rows, ("name", "version", "place", "head", "behind"))


def catch_up(session: Session) -> None:
    """Take in everything up to the end of the log."""
    began = time.monotonic()
    place = session.readmodels.catch_up(teller(session))
    _done(session, place, began)


def rebuild(session: Session, names: list[str]) -> None:
    """Build the tables anew beside those in use, and swap them in."""
    from projections.registry import PROJECTIONS

    for name in names:
        if name not in PROJECTIONS:
            raise NotFound("report", name)
    began = time.monotonic()
    place = session.readmodels.rebuild(names or None, teller(session))
    _done(session, place, began)


def follow(session: Session, every: int, once: bool) -> None:
    """Keep the tables up until interrupted or asked to stop; what is lost for a while is tried again. It signs checkpoints when
    they are due, where it has the key; on a server it also tells other tables' cases what nobody else may tell them.
    """
    import signal

    from infra.engine.delivering import deliver

    stopping: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    turns = iter((False, True) if once else ())
    session.out.note("following", every=every)

    def stop() -> bool:
        return bool(stopping) or next(turns, once)

    def lost(refused: Refused) -> None:
        session.log("store lost, trying again", code=refused.code)

    signing = _signing(session)

    def also() -> None:
        deliver(session.store)
        signing.turn()

    try:
        session.readmodels.follow(stop, teller(session), float(every), lost, also)
    except KeyboardInterrupt:
        stopping.append(signal.SIGINT)
    finally:
        signal.signal(signal.SIGTERM, before)
    session.out.note("followed")


def _signing(session: Session) -> Following:
    from infra.cli.evidence import teller as leaves
    from infra.cli.failures import refusal
    from infra.evidence.following import Following

    def begun(key: VerifierKey) -> None:
        session.out.note("evidence.follower-begins", path=str(session.store_config.signer_in), key=str(key))

    def hindered(refused: Refused) -> None:
        session.out.warn("evidence.follower-without-key", why=refusal(refused, session.words))

    def again() -> None:
        session.out.note("evidence.follower-signs-again")

    return Following(session.evidence, begun, hindered, again, leaves(session))


def teller(session: Session) -> Told:
    """Tells how far a run is, on the terminal."""
    told: Callable[[Progress], None] = lambda p: (  # noqa: E731 - one expression, handed on
        session.out.progress(session.words.say("progress", done=p.done, total=p.total)) if p.total else None
    )
    return told


def _done(session: Session, place: int, began: float) -> None:
    session.out.progress_done()
    seconds = round(time.monotonic() - began, 3)
    if session.out.json:
        session.out.record({"place": place, "seconds": seconds})
    else:
        session.out.line(session.words.say("caught-up", place=place, seconds=str(seconds)))
