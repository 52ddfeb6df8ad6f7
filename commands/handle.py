"""How any command is decided: checks that all share, its own rule, and the guard that nobody is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from commands.anonymity import identifier_in
from commands.base import CaseCommand, Command, On, TeamCommand, own_case
from commands.desk import Desk
from commands.freezing import check_thawed, check_writable
from domain.case import Case, Status
from domain.event import Event
from domain.ids import StreamId
from domain.personal import Personal
from domain.refusal import NotFound, Refused
from domain.team import Team

Decided = list[tuple[StreamId, Event]]


def decide(command: Command, state: Case | Team, desk: Desk) -> Decided:
    """Decide a command. In: the state of its own stream and the desk. Out: (stream, event) pairs to append, all or none;
    empty when there is nothing new. Raises `Refused` (or `NotFound`) with nothing decided.
    """
    _check_moment(state, desk)
    if isinstance(command, CaseCommand):
        assert isinstance(state, Case)
        _check_case(command, state, desk)
    if isinstance(command, TeamCommand) and command.ESTABLISHED and not state.exists():
        raise NotFound("team", command.team)
    _check_codes(command)
    check_thawed(command, state)
    own = command.own_stream() or desk.new_number or ""
    decided: Decided = []
    for item in command.decide(state, desk):
        decided.append((item.stream, item.event) if isinstance(item, On) else (own, item))
    _keep_anonymous(decided, {own: state, **desk.cases}, desk.today)
    check_writable(command, decided, {own: state, **desk.cases})
    return decided


def _check_moment(state: Case | Team, desk: Desk) -> None:
    if desk.at > desk.now + timedelta(seconds=1):
        raise Refused("in-the-future", field="occurred_at")
    if isinstance(state, Case) and state.opened is not None and desk.today < state.opened:
        raise Refused("before-the-case", field="occurred_at", opened=state.opened)
    if isinstance(state, Team) and state.established is not None and desk.today < state.established:
        raise Refused("before-the-team", field="occurred_at", established=state.established)
    if desk.team.established is not None and desk.today < desk.team.established:
        raise Refused("before-the-team", field="occurred_at", established=desk.team.established)


def _check_case(command: CaseCommand, case: Case, desk: Desk) -> None:
    if not case.exists():
        raise NotFound("case", command.case)
    if case.status is Status.IMPORTED and Status.IMPORTED not in command.STATES:
        raise Refused("imported-case", case=case.number)
    if not command.FOREIGN and case.status is not Status.IMPORTED:
        own_case(case, desk)
    if case.status not in command.STATES:
        raise Refused("wrong-state", case=case.number, status=case.status.value, states=tuple(sorted(command.STATES)))
    if command.about not in case.subjects and case.subjects:
        raise NotFound("subject", command.about)
    desk.me()


def _check_codes(command: Command) -> None:
    """Refuse an identifier where a code is asked that no vocabulary holds: codes are kept in the clear, for ever."""
    for name in _code_fields(type(command)):
        value = getattr(command, name)
        kind = identifier_in(value) if isinstance(value, str) else None
        if kind is not None:
            raise Refused("identifier-in-code", field=name, kind=kind)


@cache
def _code_fields(command: type[Command]) -> tuple[str, ...]:
    return tuple(name for name in ("rule", "measure", "by", "of", "submitter") if name in command.model_fields)


def _keep_anonymous(decided: Decided, states: Mapping[StreamId, object], today: date) -> None:
    """Rule 6: until named, no identifier is accepted in any text of an anonymous case. One that was taken up from an
    imported history is anonymous like any other: its table does not know whose it is.
    """
    for stream, event in decided:
        state = states.get(stream)
        anonymous = isinstance(state, Case) and state.anonymous
        if vars(event).get("anonymous") is True:
            anonymous = True
        if not anonymous or event.TOPIC == "case.consent.named":
            continue
        for name in type(event).personal_fields():
            value = getattr(event, name)
            if isinstance(value, Personal) and value.text is not None:
                kind = identifier_in(value.text, today)
                if kind is not None:
                    raise Refused("identifier-in-anonymous-case", field=name, kind=kind)
