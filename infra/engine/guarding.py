"""Guards what was decided before it is stored: what every stream would come to, and whether that may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from commands.guard import check_effect, check_outcome, check_table
from commands.handle import Decided
from domain.case import Case
from domain.event import CORRECTING, Event, Header
from domain.ids import TeamId
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team
from infra.engine.streams import Seen


def guard(
    streams: Mapping[str, Seen],
    decided: Decided,
    when: Callable[[str], datetime],
    header: Header,
    *,
    whole: bool,
    team_of: Callable[[TeamId], Team],
    profile_of: Callable[[Team], Profile | None],
) -> dict[str, Case | Team]:
    """Refuse what would leave somebody forgotten, or would have no effect because of what happened later.

    In: the streams as they were seen, what was decided, when it happened in each; `whole`: also the cases of which
    nothing was decided are looked at, for people leave; how to come by a team, and by the way of working it has.
    Out: what every stream comes to.
    """
    by_stream: dict[str, list[Event]] = {}
    for stream, event in decided:
        by_stream.setdefault(stream, []).append(event)
    after: dict[str, Case | Team] = {s: v.state for s, v in streams.items()}
    for stream, events in by_stream.items():
        seen = streams.get(stream) or Seen(stream, (), Case(), 0)
        after[stream] = _after(seen, events, when(stream), header)

    def team(name: TeamId) -> Team:
        found = after.get(name)
        return found if isinstance(found, Team) else team_of(name)

    for stream, state in list(after.items()):
        if not isinstance(state, Case) or not state.team or (stream not in by_stream and not whole):
            continue
        own = team(state.team)
        elsewhere = state.direction.team if state.directed_elsewhere() else None
        before = streams[stream].state if stream in streams else None
        check_outcome(
            state, own, before=before if isinstance(before, Case) else None, budget=_budget(profile_of(own)),
            directing=team(elsewhere) if elsewhere else None,
        )  # fmt: skip
    return after


def _after(seen: Seen, events: list[Event], at: datetime, header: Header) -> Case | Team:
    """What a stream comes to. Refused when the act lies before its beginning, or later entries undo what it is for."""
    before = seen.state
    if seen.records and at < seen.records[0].occurred_at:
        if isinstance(before, Case):
            raise Refused("before-the-case", field="occurred_at", opened=before.opened or "")
        raise Refused("before-the-team", field="occurred_at", established=before.established or "")
    plain = seen.added(events, at)
    after = plain if seen.goes_on(events, at) else seen.after(events, at, header)
    if any(e.TOPIC.startswith(CORRECTING) for e in events):
        return after
    if isinstance(after, Team):
        assert isinstance(plain, Team)
        check_table(after, plain)
    elif isinstance(plain, Case) and plain is not after:
        check_effect(after, plain)
    return after


def _budget(profile: Profile | None) -> int | None:
    plan = profile.plan if profile is not None else None
    return plan.budget_cents.value if plan is not None and plan.budget_cents is not None else None
