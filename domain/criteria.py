"""Admission criteria as expressions in a profile's data, and how one is evaluated and explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from domain.faults import fault, refuse
from domain.frozen import frozen
from domain.ids import Code

DEEPEST = 8
"""How far expressions may stand within one another: deeper than anyone can weigh at a table."""


class Expression(BaseModel):
    """`{criterion = "x"}`, `{all = [...]}`, `{any = [...]}` or `{at_least = n, of = [...]}`.

    A bare code stands for a criterion.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: Code | None = None
    all: Annotated[tuple[Self, ...], Field(max_length=60)] | None = None
    any: Annotated[tuple[Self, ...], Field(max_length=60)] | None = None
    at_least: StrictInt | None = None
    of: Annotated[tuple[Self, ...], Field(max_length=60)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_code(cls, data: object) -> object:
        return {"criterion": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.criterion is not None and (self.all, self.any, self.at_least, self.of) == (None, None, None, None):
            return self  # most are a bare criterion
        forms = [self.criterion is not None, self.all is not None, self.any is not None, self.at_least is not None]
        if sum(forms) != 1 or (self.at_least is None) != (self.of is None):
            refuse("expression", [fault("not-one-form")])
        name = "all" if self.all is not None else "any" if self.any is not None else "of"
        parts = self.parts()
        faults = []
        if self.criterion is None and not parts:
            faults.append(fault("no-parts", name))
        elif self.at_least is not None and not 1 <= self.at_least <= len(parts):
            faults.append(fault("not-within", "at_least", low=1, high=len(parts)))
        named = [part.criterion or part for part in parts]
        faults += [fault("named-twice", name, i) for i, part in enumerate(named) if part in named[:i]]
        if self.depth() > DEEPEST:
            faults.append(fault("too-deep", limit=DEEPEST))
        refuse("expression", faults)
        return self

    def parts(self) -> tuple[Self, ...]:
        """The expressions directly within this one; a criterion has none."""
        return (self.all or ()) + (self.any or ()) + (self.of or ())

    def depth(self) -> int:
        """How far expressions stand within one another; of a criterion 0."""
        return max((part.depth() + 1 for part in self.parts()), default=0)

    def criteria(self) -> Iterator[Code]:
        """The codes of all criteria that take part, each once per appearance."""
        if self.criterion is not None:
            yield self.criterion
        for part in self.parts():
            yield from part.criteria()


@frozen
class Verdict:
    """Whether one part of an expression holds, and why: `held` is None while it can't be told yet.

    `form` is `criterion`, `all`, `any` or `at-least`; `needed` of `parts` must hold.
    """

    form: str
    held: bool | None
    criterion: Code | None = None
    needed: int = 1
    parts: tuple[Verdict, ...] = ()

    def missing(self) -> tuple[Code, ...]:
        """The criteria that still need an assessment before this part can be told."""
        if self.held is not None:
            return ()
        if self.criterion is not None:
            return (self.criterion,)
        return tuple(code for part in self.parts for code in part.missing())

    def failed(self) -> tuple[Code, ...]:
        """The criteria assessed as not met, in parts that did not hold."""
        if self.held is not False:
            return ()
        if self.criterion is not None:
            return (self.criterion,)
        return tuple(code for part in self.parts for code in part.failed())


def evaluate(expression: Expression, assessed: Mapping[Code, bool]) -> Verdict:
    """Explain an expression, given which criteria were assessed as met or not.

    Unassessed stays undecided unless the others settle it (`any` holds with one, `all` fails with one).
    """
    if expression.criterion is not None:
        return Verdict("criterion", assessed.get(expression.criterion), expression.criterion)
    if expression.all is not None:
        return _count("all", expression.all, len(expression.all), assessed)
    if expression.any is not None:
        return _count("any", expression.any, 1, assessed)
    return _count("at-least", expression.of or (), expression.at_least or 1, assessed)


def _count(form: str, parts: tuple[Expression, ...], needed: int, assessed: Mapping[Code, bool]) -> Verdict:
    verdicts = tuple(evaluate(part, assessed) for part in parts)
    held = sum(v.held is True for v in verdicts)
    possible = held + sum(v.held is None for v in verdicts)
    outcome = True if held >= needed else False if possible < needed else None
    return Verdict(form, outcome, None, needed, verdicts)
