"""For whom the texts of an act are meant: what was said with it, else what was said of a text it corrects, else what is usual."""

from __future__ import annotations

from dataclasses import replace

from domain.audience import AUDIENCES, usual_audience
from domain.case import Case
from domain.event import Event, Header
from domain.events.correcting import EntryCorrected
from domain.refusal import NotFound
from domain.team import Team
from infra.engine.act import Act
from infra.engine.streams import Seen
from infra.policy.audience import usual


def headed(act: Act, header: Header, stream: str, event: Event) -> Header:
    """What stands beside one event of an act: the header of all, with for whom this one's texts are meant. One without texts
    is for nobody in particular. `NotFound` for a partner named who does not sit at the actor's table.
    """
    kind = type(event)
    texts = [f"{kind.TOPIC}.{name}" for name in kind.personal_fields() if getattr(event, name) is not None]
    seen = act.streams.get(header.team)
    team = seen.state if seen is not None and isinstance(seen.state, Team) else None
    if header.audience:
        _known(header.audience, team)
    if not texts or not act.command.takes_audience():
        return replace(header, audience="") if header.audience else header
    if header.audience:
        return header
    if isinstance(event, EntryCorrected):
        audience = _of_entry(act.streams.get(stream), event.entry)
    else:
        seat = team.members.get(header.organisation) if team is not None else None
        audience = usual_audience(texts, seat.column if seat is not None else "", usual())
    return replace(header, audience=audience) if audience else header


def _known(audience: str, team: Team | None) -> None:
    """`NotFound` for a partner that does not sit at the actor's table."""
    for partner in audience.split() if audience not in AUDIENCES else ():
        if team is None or not team.seated(partner):
            raise NotFound("partner", partner)


def _of_entry(seen: Seen | None, entry: int) -> str:
    """For whom an entry is meant now: a text that is corrected stays for the same."""
    if seen is None or not isinstance(seen.state, Case):
        return ""
    found = seen.state.audiences.get(entry)
    if found is None:
        found = next((r.header.audience for r in seen.records if r.version == entry), "")
    return "" if found == "case" else found
