"""Read models of a table itself: `teams` with its way of working, `members`, `roster`, `logins`, `meetings`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NamedTuple

from domain.team import Team
from projections.base import Codes, Projection, codes
from projections.history import History


class TeamRow(NamedTuple):
    """A team or region, and the numbers of the way of working in force. In days unless it says otherwise."""

    team: Annotated[str, "the team's id"]
    kind: Annotated[str, "team or region"]
    established: Annotated[date | None, "the day it was set up"]
    profile: Annotated[str | None, "the way of working in force"]
    profile_version: Annotated[int, "which version of it"]
    profile_digest: Annotated[str | None, "the digest of that version"]
    prefix: Annotated[str | None, "the letters that begin its case numbers"]
    chair: Annotated[str | None, "the professional who chairs"]
    teams: Annotated[Codes, "of a region the teams it groups"]
    meeting_days: Annotated[int | None, "how often it meets; empty when meetings are set one by one"]
    learning_days: Annotated[int | None, "how often it meets to learn"]
    triage_days: Annotated[int | None, "within how long a submission is weighed"]
    check_days: Annotated[int | None, "how often a case is checked"]
    due_soon_days: Annotated[int | None, "how long before its day something is due soon"]
    stagnation_days: Annotated[int | None, "after how long without progress a case stagnates"]
    decide_days: Annotated[int | None, "within how long that must lead to a decision"]
    answer_days: Annotated[int | None, "within how long an answer is expected"]
    direction_days: Annotated[int | None, "for how long direction can be taken over"]
    aftercare_days: Annotated[int | None, "after how long a closed case is looked at again"]
    budget_cents: Annotated[int | None, "the small budget for a case, in euro cents"]
    consent_required: Annotated[bool | None, "whether a named case needs consent or another ground; empty where it is not said"]
    shared_with: Annotated[str | None, "to whom learning points go: team region all-staff"]
    sharing_signed: Annotated[date | None, "the day the agreement on data sharing was signed, while it stands"]
    sharing_until: Annotated[date | None, "until when it holds, if it ends"]
    sharing_partners: Annotated[Codes, "who signed it"]


class MemberRow(NamedTuple):
    """A partner at a table, now or before."""

    team: Annotated[str, "the team"]
    partner: Annotated[str, "the partner's id"]
    column: Annotated[str, "care safety governance informal"]
    since: Annotated[date, "the day it joined"]
    left: Annotated[date | None, "the day it left"]


class RosterRow(NamedTuple):
    """A professional on a roster, now or before. An id, no name."""

    team: Annotated[str, "the team"]
    professional: Annotated[str, "the professional's id"]
    partner: Annotated[str, "of which partner"]
    roles: Annotated[Codes, "in which roles"]
    since: Annotated[date, "the day they came"]
    left: Annotated[date | None, "the day they left"]


class LoginRow(NamedTuple):
    """The login somebody works under, for finding their tables."""

    team: Annotated[str, "the team"]
    professional: Annotated[str, "the professional's id"]
    login: Annotated[str, "the login"]


class MeetingRow(NamedTuple):
    """A meeting that was scheduled or held."""

    team: Annotated[str, "the team"]
    on: Annotated[date, "the day"]
    kind: Annotated[str, "regular plan learning"]
    held: Annotated[bool, "whether it took place"]


def _team(history: History[Team]) -> Iterator[TeamRow]:
    team = history.state
    if not team.exists():
        return
    profile = json.loads(team.profile_json) if team.profile_json else {}
    sharing = team.sharing
    yield TeamRow(
        team=history.stream,
        kind=team.kind,
        established=team.established,
        profile=team.profile or None,
        profile_version=team.profile_version,
        profile_digest=team.profile_digest or None,
        prefix=team.prefix or None,
        chair=team.chair,
        teams=codes(profile.get("teams") or ()),
        meeting_days=_value(profile, "rhythm", "meeting_days"),
        learning_days=_value(profile, "rhythm", "learning_days"),
        triage_days=_value(profile, "triage", "within_days"),
        check_days=_value(profile, "monitoring", "check_days"),
        due_soon_days=_value(profile, "monitoring", "due_soon_days"),
        stagnation_days=_value(profile, "monitoring", "stagnation_days"),
        decide_days=_value(profile, "monitoring", "decide_days"),
        answer_days=_value(profile, "escalation", "answer_days"),
        direction_days=_value(profile, "escalation", "direction_days"),
        aftercare_days=_value(profile, "closing", "aftercare_days"),
        budget_cents=_value(profile, "plan", "budget_cents"),
        consent_required=_value(profile, "submission", "consent_required"),
        shared_with=_value(profile, "learning", "shared_with"),
        sharing_signed=sharing.signed if sharing else None,
        sharing_until=sharing.until if sharing else None,
        sharing_partners=codes(sharing.partners if sharing else ()),
    )


def _value(profile: dict[str, Any], part: str, name: str) -> Any:
    """A value of a profile as it was adopted, None where it leaves it unset. A document of long ago may lack a part."""
    sourced = (profile.get(part) or {}).get(name)
    return sourced["value"] if sourced else None


def _members(history: History[Team]) -> Iterator[MemberRow]:
    for m in history.state.members.values():
        yield MemberRow(history.stream, m.partner, m.column, m.since, m.left)


def _roster(history: History[Team]) -> Iterator[RosterRow]:
    for p in history.state.roster.values():
        yield RosterRow(history.stream, p.id, p.partner, codes(p.roles), p.since, p.left)


def _logins(history: History[Team]) -> Iterator[LoginRow]:
    for p in history.state.active():
        if p.login is not None:
            yield LoginRow(history.stream, p.id, p.login)


def _meetings(history: History[Team]) -> Iterator[MeetingRow]:
    for m in history.state.meetings.values():
        yield MeetingRow(history.stream, m.on, m.kind, m.held)


TEAMS = Projection("teams", 2, TeamRow, {"team": _team})
MEMBERS = Projection("members", 1, MemberRow, {"team": _members}, key=("partner",))
ROSTER = Projection("roster", 1, RosterRow, {"team": _roster}, key=("professional",))
LOGINS = Projection("logins", 1, LoginRow, {"team": _logins}, key=("professional",), internal=True)
MEETINGS = Projection("meetings", 1, MeetingRow, {"team": _meetings}, key=("on", "kind"))
