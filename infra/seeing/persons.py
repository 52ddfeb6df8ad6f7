"""Finds the cases of a person that the asker may know of, by keyed tokens alone: no text is opened, and no other is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.case import Case
from domain.event import Recorded, replay
from domain.identity import may_hold_number
from domain.ids import RESIDENT, CaseNumber, Code, SubjectId
from domain.refusal import Refused
from infra.engine.matching import FINDING, sought
from infra.engine.standing import stands
from infra.policy.identity import number_holders
from infra.seeing.gate import Gate


class Found(NamedTuple):
    """A case in which a person is known: who they are in it, and where it is."""

    number: CaseNumber
    subject: SubjectId
    kind: Code
    team: str
    status: str
    holder: str | None


def find(gate: Gate, load: Callable[[CaseNumber], Sequence[Recorded]], sought_for: Mapping[str, str]) -> list[Found]:
    """The cases in which somebody with all these values (name, birth_date, number) is known, and where those went on.

    Looking is stored before anything is looked for, and so is what came of it. Of a case that the asker may not see nothing is
    said, not even that there is one: that a table knows somebody is itself content. Refused as `number-not-yours` to somebody
    of an organisation that may not hold a citizen service number.
    """
    actor = gate.seats.anywhere().actor
    if "number" in sought_for and not may_hold_number(actor.column, actor.organisation, number_holders()):
        raise Refused("number-not-yours", field="number", partner=actor.organisation)
    looking = gate.matched("find")
    found: set[tuple[str, str]] | None = None
    for field, text in sought_for.items():
        brought = gate.store.tokens.brought(FINDING[field], sought(field, text), looking)
        same = {(number, subject) for number, subject, command in brought if stands(load(number), subject, command, (field,))}
        found = same if found is None else found & same
    shown = {row.number: row for number, subject in sorted(found or ()) for row in _visible(gate, load, number, subject)}
    gate.general("find", seen=shown)
    return [shown[number] for number in sorted(shown)]


def _visible(
    gate: Gate, load: Callable[[CaseNumber], Sequence[Recorded]], number: CaseNumber, subject: SubjectId
) -> Iterator[Found]:
    """A case and where it went on, of those that the asker may see. In the case it was merged into only the resident is
    surely the same: anybody else may have another id there.
    """
    seen: set[str] = set()
    at: CaseNumber | None = number
    while at is not None and at not in seen:
        seen.add(at)
        case = replay(Case(), load(at))
        if subject in case.subjects and gate.may("show", case).allowed:
            person = case.subjects[subject]
            yield Found(at, subject, person.kind, case.team, case.status.value, case.holder)
        at = case.successor or (case.merged_into if subject == RESIDENT else None)
