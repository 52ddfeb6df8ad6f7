"""Read models `disclosures` and `disclosed`, internal: who saw what, findable by case, person, reader and moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from domain.event import Recorded
from domain.events.access import Disclosed
from projections.base import Codes, Json, Projection, codes
from projections.history import AccessHistory


class DisclosureRow(NamedTuple):
    """An act of seeing, as it was stored before anything was shown."""

    disclosure: Annotated[str, "the disclosure: its stream in the log"]
    at: Annotated[datetime, "when it was stored, by the store's clock"]
    place: Annotated[int | None, "its place in the order of the whole log"]
    recorded_by: Annotated[str | None, "the login under which it was stored"]
    actor: Annotated[str | None, "the professional who looked"]
    team: Annotated[str | None, "for which team"]
    organisation: Annotated[str | None, "of which partner"]
    role: Annotated[str | None, "in which role"]
    assurance: Annotated[str | None, "how sure it is who looked"]
    command: Annotated[str | None, "the id of the command that it was part of"]
    action: Annotated[str, "the class of action of the policy"]
    what: Annotated[str, "the command or query"]
    of: Annotated[str | None, "the case, team or source that was looked into; empty for a list over many"]
    seen_version: Annotated[int, "the version of it that was seen"]
    seen: Annotated[Json, "the cases that the answer held"]
    purpose: Annotated[str | None, "for what purpose"]
    basis: Annotated[str, "the legal ground that the decision rested on"]
    entry: Annotated[str | None, "where that ground stands in the case"]
    code: Annotated[str, "the decision's code"]
    policy: Annotated[str, "the digest of the policy in force"]
    outcome: Annotated[str, "shown denied written matched exported reported"]
    subjects: Annotated[Codes, "those whose keys were released"]
    fields: Annotated[Codes, "the texts that were shown: the entry's number and the field"]
    host: Annotated[str, "the machine, an opaque id"]
    client: Annotated[str, "the program and its version"]
    trace: Annotated[str, "the trace it belongs to"]
    span: Annotated[str, "its span in that trace"]
    recipient: Annotated[str | None, "of an export: for whom"]
    digest: Annotated[str | None, "of an export: the digest of what left"]


class DisclosedRow(NamedTuple):
    """What one act of seeing held of one case and one person: a row for each, so that both ways of asking have an index."""

    disclosure: Annotated[str, "the disclosure"]
    number: Annotated[str, "the case, team or source"]
    subject: Annotated[str, "the person whose key was released; empty where no text was opened"]
    at: Annotated[datetime, "when"]
    actor: Annotated[str | None, "who looked"]
    team: Annotated[str | None, "for which team"]
    outcome: Annotated[str, "what came of it"]


def _disclosures(history: AccessHistory) -> Iterator[DisclosureRow]:
    for r, d in _acts(history):
        head = r.header
        yield DisclosureRow(
            r.stream, r.recorded_at or r.occurred_at, r.place, r.recorded_by, head.actor or None, head.team or None,
            head.organisation or None, head.role or None, head.assurance or None, head.command or None, d.action, d.what, d.of,
            d.seen_version, Json(json.dumps(d.seen, ensure_ascii=False)), head.purpose or None, d.basis, d.entry, d.code,
            d.policy, d.outcome, codes(d.subjects), codes(d.fields), d.host, d.client, d.trace, d.span, d.recipient, d.digest,
        )  # fmt: skip


def _disclosed(history: AccessHistory) -> Iterator[DisclosedRow]:
    for r, d in _acts(history):
        at = r.recorded_at or r.occurred_at
        for number, subject in sorted(_pairs(d)):
            yield DisclosedRow(r.stream, number, subject, at, r.header.actor or None, r.header.team or None, d.outcome)


def _acts(history: AccessHistory) -> Iterator[tuple[Recorded, Disclosed]]:
    """A stream of this kind holds one disclosure; what else a stranger puts there tells nothing."""
    for r in history.records[:1]:
        if isinstance(r.event, Disclosed):
            yield r, r.event


def _pairs(d: Disclosed) -> set[tuple[str, str]]:
    pairs = {(number, "") for number in d.seen}
    if d.of is not None:
        pairs.discard((d.of, ""))
        pairs |= {(d.of, subject) for subject in d.subjects} or {(d.of, "")}
    return pairs


DISCLOSURES = Projection(
    "disclosures", 1, DisclosureRow, {"access": _disclosures},
    indexes=(
        ("at", "disclosure"), ("actor", "at", "disclosure"), ("team", "at", "disclosure"), ("outcome", "at", "disclosure"),
    ), internal=True,
)  # fmt: skip
DISCLOSED = Projection(
    "disclosed", 1, DisclosedRow, {"access": _disclosed}, key=("number", "subject"),
    indexes=(("number", "at", "disclosure", "subject"), ("number", "subject", "at", "disclosure")), internal=True,
)  # fmt: skip
