"""The shape of a way of working: what a team's profile may say, each value with the source that says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import InitErrorDetails

from domain.criteria import Expression
from domain.faults import fault, refuse
from domain.ids import Code, PartnerId, TeamId

T = TypeVar("T")
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
"""The seed file that says it (`lelystad-sit`), or `chosen`: ours, and open to change."""
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]*$"),
]
"""One line as people read it: no control characters, none that turn the direction of writing."""
Days = Annotated[int, Field(strict=True, ge=1, le=365)]
LongDays = Annotated[int, Field(strict=True, ge=1, le=730)]
Margin = Annotated[int, Field(strict=True, ge=0, le=90)]
Cents = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(_Part, Generic[T]):
    """A value of the profile and where it comes from."""

    value: T
    source: Source


class Label(_Part):
    """A word as people read it, in both languages."""

    nl: Text
    en: Text


class Term(_Part):
    """A code of this team's vocabulary with its label."""

    id: Code
    label: Label
    source: Source


class Role(Term):
    """A role on the roster. `mandated` roles may accept against a criterion and mandate a deviation."""

    mandated: StrictBool = False


class Partner(_Part):
    """An organisation at the table, named as the source names it, and the column it stands in.

    Column and date have sources of their own: most sources name partners, few give a column or a date.
    """

    id: PartnerId
    name: Text
    column: Literal["care", "safety", "governance", "informal"]
    source: Source
    column_source: Source = "chosen"
    since: Annotated[date, Field(strict=True)] | None = None
    since_source: Source = "chosen"


class Submission(_Part):
    """Who may submit (`network`: partners of the team; `professionals`: any professional; `anyone`) and with what."""

    by: Sourced[Literal["network", "professionals", "anyone"]]
    anonymous: Sourced[StrictBool]
    consent_required: Sourced[StrictBool] | None = None
    reasons: tuple[Term, ...] = Field(min_length=1)
    flags: tuple[Term, ...] = ()


class Triage(_Part):
    """Who weighs a submission, how soon, and by which criteria."""

    role: Sourced[Code]
    within_days: Sourced[Days]
    criteria: tuple[Term, ...] = Field(min_length=1)
    admission: Sourced[Expression]


class Rhythm(_Part):
    """How often the team meets, and how often to learn; in days. Unset: meetings are scheduled one by one."""

    meeting_days: Sourced[Days] | None = None
    learning_days: Sourced[LongDays] | None = None


class Resident(_Part):
    """The resident's place: `co-author`, `together`, `contact-point` or `not-present`; what the plan starts from."""

    place: Sourced[Literal["co-author", "together", "contact-point", "not-present"]]
    questions: tuple[Term, ...] = ()
    questions_first: Sourced[StrictBool] | None = None
    endorsement_required: Sourced[StrictBool] | None = None
    support_circle: Sourced[StrictBool] | None = None


class Planning(_Part):
    """What a plan is made of here. Amounts are in euro cents."""

    tried_first: Sourced[StrictBool] | None = None
    subgroup: Sourced[StrictBool] | None = None
    deviation: Sourced[StrictBool] | None = None
    deviation_days: Sourced[LongDays] | None = None
    budget_cents: Sourced[Cents] | None = None
    domains: tuple[Term, ...] = Field(min_length=1)
    recovery: tuple[Term, ...] = Field(min_length=1)


class Monitoring(_Part):
    """How often a case is checked, when it is called stagnating, and how soon that must lead to a decision; in days."""

    check_days: Sourced[Days]
    due_soon_days: Sourced[Margin]
    stagnation_days: Sourced[LongDays]
    decide_days: Sourced[Days]


class Recipient(Term):
    """Where a case can be escalated or redirected to: a `team` that works with the engine, or a `party` outside it."""

    kind: Literal["team", "party"]


class Escalation(_Part):
    """To whom a case can be escalated, how soon an answer is expected, and for how long the team may take direction."""

    recipients: tuple[Recipient, ...] = ()
    answer_days: Sourced[Days]
    direction_days: Sourced[LongDays] | None = None


class Closing(_Part):
    """How a case can end and when it is looked at again; in days. `aftercare_days` unset: the closer names a date.

    `retention` is the term of keeping that its cases are under, unless another was assigned.
    """

    results: tuple[Term, ...] = Field(min_length=1)
    aftercare_required: Sourced[StrictBool]
    aftercare_days: Sourced[LongDays] | None = None
    retention: Sourced[Code] | None = None


class Learning(_Part):
    """On which levels outcomes are measured, what a learning meeting asks, and to whom learning points go."""

    levels: tuple[Term, ...] = ()
    questions: tuple[Term, ...] = ()
    shared_with: Sourced[Literal["team", "region", "all-staff"]] | None = None


PARTS_OF_A_TEAM = ("submission", "triage", "resident", "plan", "monitoring", "escalation", "closing")


class Profile(_Part):
    """A way of working. A `region` groups teams and sees counts; it takes no cases of its own.

    Every value carries `source`: the seed that says it, or `chosen`.
    """

    id: TeamId
    kind: Literal["team", "region"] = "team"
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
    label: Label
    source: Source
    area: Sourced[Annotated[tuple[Text, ...], Field(min_length=1)]] | None = None
    chair_role: Sourced[Code] | None = None
    chair_partner: Sourced[PartnerId] | None = None
    roles: tuple[Role, ...] = Field(min_length=1)
    partners: tuple[Partner, ...] = Field(min_length=1)
    teams: tuple[TeamId, ...] = ()
    services: tuple[Term, ...] = ()
    aims: tuple[Term, ...] = ()
    submission: Submission | None = None
    triage: Triage | None = None
    rhythm: Rhythm = Rhythm()
    resident: Resident | None = None
    plan: Planning | None = None
    monitoring: Monitoring | None = None
    escalation: Escalation | None = None
    closing: Closing | None = None
    learning: Learning = Learning()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse("profile", [*self._kind_faults(), *self._reference_faults(), *self._repeated_faults()])
        return self

    def _kind_faults(self) -> Iterator[InitErrorDetails]:
        if self.kind == "team":
            yield from (fault("needed-by-team", part) for part in PARTS_OF_A_TEAM if getattr(self, part) is None)
            if self.teams:
                yield fault("belongs-to-region", "teams")
        elif not self.teams:
            yield fault("needed-by-region", "teams")

    def _reference_faults(self) -> Iterator[InitErrorDetails]:
        roles, partners = {r.id for r in self.roles}, {p.id for p in self.partners}
        if self.chair_role is not None and self.chair_role.value not in roles:
            yield fault("not-among", "chair_role", "value", id=self.chair_role.value, list="roles")
        if self.chair_partner is not None and self.chair_partner.value not in partners:
            yield fault("not-among", "chair_partner", "value", id=self.chair_partner.value, list="partners")
        if self.triage is not None:
            if self.triage.role.value not in roles:
                yield fault("not-among", "triage", "role", "value", id=self.triage.role.value, list="roles")
            known = {c.id for c in self.triage.criteria}
            for code in dict.fromkeys(self.triage.admission.value.criteria()):
                if code not in known:
                    yield fault("not-among", "triage", "admission", "value", id=code, list="triage.criteria")

    def _repeated_faults(self) -> Iterator[InitErrorDetails]:
        for path, terms in self.vocabularies():
            ids = [t.id for t in terms]
            yield from (fault("id-twice", *path, i, "id", id=id_) for i, id_ in enumerate(ids) if id_ in ids[:i])

    def vocabularies(self) -> Iterator[tuple[tuple[str, ...], tuple[Term | Partner, ...]]]:
        """Every list of codes with its path in the document: `("plan", "domains")` and its terms."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            parts: list[tuple[tuple[str, ...], object]] = [((name,), value)]
            if isinstance(value, _Part):
                parts = [((name, inner), getattr(value, inner)) for inner in type(value).model_fields]
            for path, terms in parts:
                if isinstance(terms, tuple) and terms and isinstance(terms[0], Term | Partner):
                    yield path, terms

    def mandated_roles(self) -> frozenset[Code]:
        return frozenset(r.id for r in self.roles if r.mandated)

    def coordinating_roles(self) -> frozenset[Code]:
        """The roles that direct cases here: who weighs submissions, who chairs, who is mandated."""
        weighs = {self.triage.role.value} if self.triage is not None else set()
        chairs = {self.chair_role.value} if self.chair_role is not None else set()
        return frozenset(weighs | chairs) | self.mandated_roles()

    def role_order(self) -> tuple[Code, ...]:
        """The roles as they are listed: of several somebody acts in the first."""
        return tuple(r.id for r in self.roles)

    def consent_first(self) -> bool:
        """Whether nothing is shared without consent or another ground."""
        required = self.submission.consent_required if self.submission is not None else None
        return required is not None and required.value
