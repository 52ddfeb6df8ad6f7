"""`casus rights erase`: once it has begun, carries it out to the end; given again after an interruption, goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.rights import Erase
from domain.case import Case
from infra.cli.session import Session

if TYPE_CHECKING:
    from infra.engine import Outcome, Request


def carry_out(session: Session, command: Erase, _asked: Request, _outcome: Outcome) -> None:
    """Do what is still to be done, and say what came of it: the receipt, the other cases of the same person, and how often the
    case left the house, for who has it has to be told.
    """
    from infra.cli.rights_recipients import warn_of_copies
    from infra.erasing.carrying_out import Erasing
    from infra.erasing.ledger import Ledger

    store, number = session.store, command.case
    case = session.engine.case(number).state
    assert isinstance(case, Case)

    def look() -> None:
        session.gate.case("rights-erase", case, store.load(number), outcome="matched")

    erasing = Erasing(
        store, session.readmodels, Ledger(session.store_config.ledger_in), look, session.engine.table.cache.clear,
        lambda step: session.log("erasing", number=number, step=step),
    )  # fmt: skip
    done = erasing.carry_out(number, command.right, session.gate.header(case))
    session.place()
    out = session.out
    if out.json:
        out.record(
            {
                "number": number, "command": "rights.erase", "subject": done.subject, "request": done.request,
                "keys": done.keys, "receipt": done.receipt, "others": done.others,
            }
        )  # fmt: skip
    else:
        out.line(session.words.say("erased", number=number, subject=done.subject, keys=done.keys, receipt=done.receipt))
    if done.others:
        out.warn("erased-elsewhere", cases=done.others)
    warn_of_copies(session, store.load(number, places=True), done.subject)
    out.note("erased-checkpoint")
    out.note("rotate-next", team=case.team)
