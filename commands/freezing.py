"""Refuses to write about somebody whose data is frozen or gone: restriction (AVG art. 18), and erasure from its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commands.base import CaseCommand, Command
from domain.case import Case
from domain.event import Event
from domain.ids import RESIDENT, StreamId
from domain.personal import Personal
from domain.refusal import Refused


def check_thawed(command: Command, state: object) -> None:
    """Refuse a command on a case whose resident's data is restricted, unless it is about rights itself."""
    bound = isinstance(command, CaseCommand) and not command.DESPITE_RESTRICTION
    if bound and isinstance(state, Case) and RESIDENT in state.restricted:
        raise Refused("case-restricted", case=state.number)


def check_writable(command: Command, decided: Sequence[tuple[StreamId, Event]], states: Mapping[StreamId, object]) -> None:
    """Refuse texts about a subject who was erased, or whose data is restricted. In: what was decided, and the states of
    the streams it is for.
    """
    for stream, event in decided:
        state = states.get(stream)
        if not isinstance(state, Case) or not (state.erased or state.restricted):
            continue
        for name in type(event).personal_fields():
            text = getattr(event, name)
            if not isinstance(text, Personal):
                continue
            if text.subject in state.erased:
                raise Refused("subject-erased", stream=stream, subject=text.subject)
            if text.subject in state.restricted and not (isinstance(command, CaseCommand) and command.DESPITE_RESTRICTION):
                raise Refused("subject-restricted", case=state.number, subject=text.subject)
