"""The gate: whatever is shown passes here. It decides, stores the act of seeing, and only then gives what may be seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from domain.case import Case
from domain.days import day_of
from domain.event import Header, Recorded, replay
from domain.frozen import frozen
from domain.ids import Code, ProfessionalId, StreamId
from domain.permission import Decision, Resource
from domain.personal import Ref
from domain.refusal import Refused
from infra.policy import WORKING, usual_purpose
from infra.seeing.circumstances import resource_of_list, resource_of_team
from infra.seeing.deciding import on_case, on_resource, permit_of, registered, way_in
from infra.seeing.heading import heading
from infra.seeing.lists import Visible
from infra.seeing.owning import ASSURANCE as OWNER
from infra.seeing.owning import left_to_owner
from infra.seeing.seats import Asker, Seat, Seats
from infra.seeing.texts import Readable, Reader, Why
from infra.store.disclosing import Outcome, Permit, disclosed
from infra.store.texts import Withheld

if TYPE_CHECKING:
    from domain.team import Team
    from infra.keys.sealing import Opened
    from infra.readmodels.asking import Rows
    from infra.store.store import Store

FOR_ALL_WHO_LEARN = frozenset({"not-member", "former-member", "purpose-does-not-cover"})
"""What does not keep a text in a list from who may ask that list: the list itself was decided, for this purpose."""

Texts = Mapping[Ref, "str | Withheld"]


@frozen
class _Act:
    """One act of seeing: what it was decided on, what came of it, who looks, and of an export for whom and its digest."""

    permit: Permit
    outcome: Outcome
    seat: Seat
    export: Mapping[str, Any] = field(default_factory=dict)


class Gate:
    """Where one asker's looks pass. In: the store, who asks, how to come by a table as it stands, the tables where a login
    is at home, whether anybody is on any roster, and the purpose, where one was named.

    Every method stores at least one disclosure before it returns. A look that is denied is stored as well, and refused as
    `not-allowed` with the decision's code. When nothing can be stored, nothing is given: the store's refusal goes on.
    """

    def __init__(
        self, store: Store, asker: Asker, team_of: Callable[[str], Team],
        homes: Callable[[str, ProfessionalId | None], list[str]], peopled: Callable[[], bool], purpose: Code | None = None,
    ) -> None:  # fmt: skip
        self.store = store
        self.seats = Seats(asker, team_of, homes)
        self.asker = asker
        self._purpose = purpose
        self._peopled = peopled

    # --- a case

    def case(
        self, what: str, case: Case, records: Sequence[Recorded], refs: Iterable[Ref] = (), *, version: int | None = None,
        outcome: Outcome = "shown", outright: Collection[Ref] = (), **export: Any,
    ) -> Texts:  # fmt: skip
        """Look at a case, as `provable` does. Out: of each text what may be seen of it: the text, or why it is withheld."""
        return _bare(self.provable(what, case, records, refs, version=version, outcome=outcome, outright=outright, **export))

    def provable(
        self, what: str, case: Case, records: Sequence[Recorded], refs: Iterable[Ref] = (), *, version: int | None = None,
        outcome: Outcome = "shown", outright: Collection[Ref] = (), **export: Any,
    ) -> Mapping[Ref, Opened | Withheld]:  # fmt: skip
        """Look at a case. In: the query, the case as it stands now with its records, the texts wanted, and the version that
        is shown (left out: the last). Out: of each text itself with its salt, by which it can be checked without a key, or why
        it is withheld.

        Facts alone are a look too. `outcome` is `exported` for what leaves the house, with `recipient` and `digest`. Texts
        given `outright` are what the query itself is about (a subject's own, for their copy): who may ask it may open them.
        """
        now = self.store.now()
        seat = self.seats.for_case(case)
        decision = self._on_case(what, case, seat, now, records)
        if not decision.allowed:
            self._deny(what, decision, seat, case.number)
        wanted = list(dict.fromkeys(refs))
        withheld: dict[Ref, Opened | Withheld] = {}
        readable = self._readable(case, records, seat, glass=decision.code == "break-glass")
        if wanted and not (may := self._on_case("open-texts", case, seat, now, records)).allowed:
            closed: Why = "restricted" if may.code == "frozen" else "role"
            overseen = self._on_case("open-oversight", case, seat, now, records).allowed
            kept = (ref for ref in wanted if ref not in outright and not (overseen and readable.of_oversight(ref)))
            withheld = {ref: Withheld(closed) for ref in kept}
        else:
            asked = (ref for ref in wanted if ref not in outright)
            withheld = {ref: Withheld(why) for ref in asked if (why := readable.why_not(ref)) is not None}
        withheld |= {ref: Withheld("erased") for ref in wanted if readable.gone(ref)}
        opened = [ref for ref in wanted if ref not in withheld]
        seen_version = (records[-1].version if records else 0) if version is None else version
        act = _Act(permit_of(what, decision), outcome, seat, export)
        found = self._open(act, opened, readable.subject, case.number, seen_version)
        return {ref: withheld[ref] if ref in withheld else found[ref] for ref in wanted}

    def header(self, case: Case) -> Header:
        """What stands beside what the asker records of a case outside any command: a step that follows on one."""
        return self._header(self.seats.for_case(case))

    def header_at(self, team: Team) -> Header:
        """The same for what is recorded of a table."""
        return self._header(self.seats.for_team(team.id))

    def turn_away(self, what: str, number: str) -> NoReturn:
        """Deny a look at a case that is there and that the asker's login may not even read: on a server the database decided."""
        self._deny(what, Decision(False, "not-member"), self.seats.anywhere(), number)

    def may(self, what: str, case: Case) -> Decision:
        """Whether a query or command on a case would be allowed. Shows nothing, stores nothing: for what is then done."""
        return self._on_case(what, case, self.seats.for_case(case), self.store.now(), ())

    # --- a table

    def team(self, what: str, team: Team, refs: Iterable[Ref] = (), *, version: int = 0) -> Texts:
        """Look at a table, and at the names on its roster that are wanted."""
        seat = self.seats.for_team(team.id)
        wanted = list(dict.fromkeys(refs))
        decision = self._on(what, resource_of_team(team, seat.actor), seat)
        if not decision.allowed:
            self._deny(what, decision, seat, team.id)
        names = self._on("open-names", resource_of_team(team, seat.actor), seat) if wanted else decision
        opened = wanted if names.allowed else []
        readable = Readable(Case(), (), self.store.load, Reader(seat.actor, "", self._day()))
        found = _bare(self._open(_Act(permit_of(what, decision), "shown", seat), opened, readable.subject, team.id, version))
        return {ref: found.get(ref, Withheld("role")) for ref in wanted}

    # --- what is of no one case

    def general(
        self, what: str, *, seen: Iterable[StreamId] = (), outcome: Outcome = "shown", refs: Iterable[Ref] = (), **export: Any
    ) -> Texts:  # fmt: skip
        """Look at something of no one case: a list, figures, a report, the disclosures themselves. In: the query, the cases
        that the answer holds, and texts that go with it (learning points, an imported source's names).
        """
        seat = self.seats.anywhere()
        decision = self._on(what, resource_of_list(), seat)
        if not decision.allowed:
            self._deny(what, decision, seat, None)
        act = _Act(permit_of(what, decision), outcome, seat, export)
        self._disclose(act, None, seen=tuple(sorted(set(seen))))
        found: dict[Ref, str | Withheld] = {}
        by_stream: dict[StreamId, list[Ref]] = {}
        for ref in dict.fromkeys(refs):
            by_stream.setdefault(ref.stream, []).append(ref)
        for stream, each in by_stream.items():
            found |= self._text_by_text(act, stream, each)
        return found

    def _text_by_text(self, act: _Act, stream: StreamId, refs: Sequence[Ref]) -> dict[Ref, str | Withheld]:
        """Texts of one stream that stand in a list: for who works on cases, and as far as each may be opened in its case.

        Until anybody is on a roster there are no cases but imported ones: the names of a source are whoever's who has the store.
        What was learned in a case is written for those who learn together, so a part in it is not asked; all else is.
        """
        if not act.seat.actor.functions & WORKING and self._set_up(act.seat):
            return dict.fromkeys(refs, Withheld("role"))
        records = self.store.load(stream)
        case = replay(Case(), records) if records and records[0].topic.startswith("case.") else Case()
        if case.team:
            may = self._on_case("open-texts", case, act.seat, self.store.now(), records)
            if not may.allowed and (may.code not in FOR_ALL_WHO_LEARN or case.clearance == "restricted"):
                return dict.fromkeys(refs, Withheld("restricted" if may.code == "frozen" else "role"))
        readable = self._readable(case, records, act.seat)
        withheld = {ref: Withheld(why) for ref in refs if case.team and (why := readable.why_not(ref)) is not None}
        opened = [ref for ref in refs if ref not in withheld]
        return withheld | (_bare(self._open(act, opened, readable.subject)) if opened else {})

    def shows_from(self, *, withhold: bool = False) -> int | None:
        """The smallest count that the asker is shown where persons are counted; None for who sees counts whole. With `withhold`
        that of the reporting function, whoever asks: what is made is for somebody who is shown no more than that.
        """
        from infra.policy.reporting import threshold, threshold_for

        if withhold:
            return threshold()
        return threshold_for(self.seats.anywhere().actor.functions)

    def visible(self, rows: Rows) -> Visible:
        """Which cases a list may show. Shows nothing yet: `general` does, with what is left of the list."""
        return Visible(self.seats.all(), rows, self._day())

    def allow(self, what: str) -> Permit:
        """Whether something may be done that shows nothing and is of no one case: taking in a log, keeping the store. Out:
        what that was decided on. A denial is stored, and refused.
        """
        seat = self.seats.anywhere()
        decision = self._on(what, resource_of_list("store"), seat)
        if not decision.allowed:
            self._deny(what, decision, seat, None)
        return permit_of(what, decision)

    def matched(self, what: str) -> str:
        """Look for a person. Out: the disclosure under which that is done."""
        seat = self.seats.anywhere()
        decision = self._on(what, resource_of_list(), seat)
        if not decision.allowed:
            self._deny(what, decision, seat, None)
        return self._disclose(_Act(permit_of(what, decision), "matched", seat), None)

    # --- how it is decided and stored

    def _on_case(self, what: str, case: Case, seat: Seat, now: datetime, records: Sequence[Recorded]) -> Decision:
        return on_case(what, case, records, seat.team, seat.actor, purpose=self.purpose(seat), now=now, set_up=self._set_up(seat))

    def _on(self, what: str, resource: Resource, seat: Seat) -> Decision:
        if not seat.taken and left_to_owner(what, seat.team, self.store):
            return Decision(True, "founding")
        now = self.store.now()
        return on_resource(what, resource, seat.team, seat.actor, purpose=self.purpose(seat), now=now, set_up=self._set_up(seat))

    def purpose(self, seat: Seat) -> Code:
        """The purpose that was named, else the usual one of who asks."""
        return registered(self._purpose or usual_purpose(seat.actor.functions))

    def _set_up(self, seat: Seat) -> bool:
        """Whether there is anybody on a roster who could be asked instead."""
        return seat.taken or any(True for _ in seat.team.active()) or self._peopled()

    def _readable(self, case: Case, records: Sequence[Recorded], seat: Seat, *, glass: bool = False) -> Readable:
        working = seat.working if seat.team.id == case.team else self.seats.at(case.team).working if case.team else None
        required = working is not None and working.consent_first()
        return Readable(case, records, self.store.load, Reader(seat.actor, self.purpose(seat), self._day(), required, glass))

    def _day(self) -> date:
        return day_of(self.store.now())

    def _open(
        self, act: _Act, refs: Sequence[Ref], subject: Callable[[Ref], str | None], of: StreamId | None = None, version: int = 0
    ) -> dict[Ref, Opened | Withheld]:
        """Store a disclosure for each stream that is looked into, then open. In: `of`, a stream that is looked into also
        when none of its texts are, with the version of it that is seen.
        """
        by_stream: dict[StreamId, list[Ref]] = {of: []} if of else {}
        for ref in refs:
            by_stream.setdefault(ref.stream, []).append(ref)
        under = {}
        for stream, each in by_stream.items():
            subjects = tuple(sorted({s for ref in each if (s := subject(ref)) is not None}))
            fields = tuple(sorted({f"{ref.version}.{ref.field}" for ref in each}))
            seen_version = version if stream == of else self.store.version(stream)
            under[stream] = self._disclose(act, stream, subjects=subjects, fields=fields, seen_version=seen_version)
        return self.store.texts.open_with_salts(refs, under) if refs else {}

    def _disclose(self, act: _Act, of: StreamId | None, **facts: Any) -> str:
        event = disclosed(act.permit, self.store.store_id, act.outcome, of, **facts, **act.export)
        return self.store.disclose(event, self._header(act.seat))

    def _header(self, seat: Seat) -> Header:
        asker = self.asker
        owner = not seat.taken and self.store.in_owners_hands()
        return heading(
            seat.team, seat.actor.professional, seat.working, login=asker.login, entered_for=asker.acting_as is not None,
            purpose=self.purpose(seat), assurance=OWNER if owner else asker.assurance,
        )  # fmt: skip

    def _deny(self, what: str, decision: Decision, seat: Seat, of: StreamId | None) -> NoReturn:
        """Store that it was asked and denied, and refuse."""
        act, header = _Act(permit_of(what, decision), "denied", seat), self._header(seat)
        if not seat.taken and header.assurance != OWNER:
            header = replace(header, role="")  # on no roster: a server stores no denial under a role that the login has not
        self.store.disclose(disclosed(act.permit, self.store.store_id, "denied", of), header)
        about = {"case": of} if of and of != seat.team.id else {"team": seat.team.id} if seat.team.id else {}
        raise Refused("not-allowed", code=decision.code, action=act.permit.action, **about, **way_in(seat.actor, decision.code))


def _bare(found: Mapping[Ref, Opened | Withheld]) -> dict[Ref, str | Withheld]:
    """The texts without their salts."""
    return {ref: each if isinstance(each, Withheld) else each.text for ref, each in found.items()}
