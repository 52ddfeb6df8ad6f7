"""What becomes of each field of an event when it leaves: an attribute, a link to an object, or nothing.

A field that is not named here does not leave, and a test names it. Nothing of a person's does: no `Personal` is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from domain.event import Event

How = Literal[
    "attribute", "case", "agreement", "partner", "professional", "meeting", "table",
    "recipient", "resource", "out",
]  # fmt: skip
"""`recipient`: a table or a partner, as the event says. `resource`: who did it in an imported history."""

FIELDS: Final[Mapping[str, How]] = {
    **dict.fromkeys((
        "triage_by", "next_check", "until", "due", "start", "on", "by", "answer_by", "decide_by", "received", "next_on",
        "aftercare_on", "told",
        "anonymous", "met", "resident_present", "progress", "alone", "justified", "cents", "value",
        "reasons", "flags", "domains", "against", "not_met", "terms",
        "reporter", "kind", "purpose", "criterion", "question", "no_date", "domain", "recovery", "rule", "decision", "urgency",
        "reason", "next_kind", "result", "level", "measure", "outcome", "term", "audience", "clearance", "field",
        "consent", "ground", "goal", "deviation", "reservation", "escalation", "subgroup", "member", "right", "hold", "glass",
        "activity", "lifecycle", "group",
    ), "attribute"),
    **dict.fromkeys((
        "holder", "mandate", "told_by", "professional", "leavers", "cover", "attended", "members", "responsible", "director",
    ), "professional"),
    **dict.fromkeys(("submitter", "partner", "partners", "recipients", "contributors"), "partner"),
    "team": "table",
    "agreement": "agreement",
    "meeting": "meeting",
    **dict.fromkeys(("predecessor", "into", "duplicate"), "case"),
    "to": "recipient",
    "resource": "resource",
    **dict.fromkeys((
        "subject", "subjects", "login", "receipt", "keys", "custody",  # whose data it is about, and how it was handled
        "probe", "case", "tell",  # that another table knows somebody is itself content
        "entry", "numbers", "moved_to", "texts", "agreements",  # takes effect where it belongs
        "source", "position",  # of the case as a whole, and said by the order
    ), "out"),
}  # fmt: skip

OTHERWISE: Final[Mapping[tuple[str, str], How]] = {
    ("case.intake.tried-recorded", "by"): "partner",
    ("case.triage.more-asked", "of"): "partner",
    ("case.consent.overlap-noticed", "team"): "out",
    ("case.consent.overlap-told", "team"): "out",
    ("case.access.glass-broken", "team"): "out",
    ("case.parties.partner-left", "successor"): "partner",
    ("case.parties.professional-replaced", "successor"): "professional",
    ("case.parties.professional-replaced", "of"): "out",
    ("case.meeting.subgroup-formed", "mandate"): "attribute",
    ("case.escalation.direction-accepted", "by"): "table",
    ("case.escalation.direction-declined", "by"): "table",
    ("case.escalation.direction-offered", "to"): "table",
    ("case.escalation.transferred", "successor"): "case",
    ("case.correcting.entry-corrected", "value"): "out",
}  # fmt: skip
"""Where a name means something else than elsewhere."""

CALLED: Final[Mapping[tuple[str, str], str]] = {
    ("case.intake.tried-recorded", "by"): "tried-by",
    ("case.triage.accepted", "met"): "criteria-met",
    ("case.triage.accepted", "not_met"): "criteria-not-met",
    ("case.triage.declined", "met"): "criteria-met",
    ("case.triage.declined", "not_met"): "criteria-not-met",
    ("case.monitoring.check-recorded", "progress"): "progressed",
    ("case.escalation.direction-accepted", "by"): "by-table",
    ("case.escalation.direction-declined", "by"): "by-table",
}  # fmt: skip
"""Where a name would hold another kind of value than it does elsewhere: readers of XES take a name to be of one kind."""

MEETINGS: Final = ("team.team.meeting-scheduled", "team.team.meeting-cancelled", "team.team.meeting-held")
"""What of a table is told: its meetings, where a case was on the agenda or was discussed."""
OF_MEETING: Final[Mapping[str, How]] = {"on": "out", "kind": "attribute", "attended": "professional"}


def how(topic: str, field: str) -> How | None:
    """What becomes of a field; None where nobody said."""
    if topic in MEETINGS:
        return OF_MEETING.get(field)
    return OTHERWISE.get((topic, field)) or FIELDS.get(field)


@cache
def leaving(cls: type[Event]) -> tuple[tuple[str, How, str], ...]:
    """The fields of a class that leave: name, how, and as which qualifier or attribute."""
    sealed = cls.personal_fields()
    named = ((name, how(cls.TOPIC, name)) for name in cls.model_fields if name not in sealed)
    return tuple(
        (name, what, CALLED.get((cls.TOPIC, name)) or name.replace("_", "-"))
        for name, what in named
        if what is not None and what != "out"
    )
