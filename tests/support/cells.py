"""Every cell of who may: an actor, what is asked of what in which circumstances, and whether the page allows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.deciding import decide
from domain.permission import Action, Actor, Context, Policy, Resource
from tests.support.who_may import LETTERS, RELATIONS, Page, Row, page

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
FUNCTIONS = tuple(LETTERS.values())
SOMEBODY = Actor("os-1000", team="lelystad-sit", professional="kwintes-1", organisation="kwintes")


@dataclass(frozen=True, slots=True)
class Cell:
    """One question to the policy, and the answer that the page gives."""

    where: str
    actor: Actor
    action: Action
    resource: Resource
    context: Context
    allowed: bool

    def wrong(self, policy: Policy) -> str | None:
        """What is wrong when the policy answers otherwise."""
        found = decide(self.actor, self.action, self.resource, self.context, policy)
        if found.allowed == self.allowed:
            return None
        return f"{self.where}: {found.code}, and the page says {'allowed' if self.allowed else 'denied'}"


def cells_of(what: str, name: str, said: Page | None = None) -> Iterator[Cell]:
    """Every cell of one command or query, of a class of action."""
    said = said or page()
    action, row = Action(name, what), said.rows[name]
    for function in FUNCTIONS:
        yield from _of_function(action, row, function, said)
    nobody, own, context = Actor("os-1000"), Resource("case", relation="own"), Context(AT, "case-direction", sharing=True)
    yield Cell(f"{what}, not on the roster", nobody, action, own, context, row.anyone)
    none_yet = replace(context, set_up=False)
    yield Cell(f"{what}, nobody on any roster", nobody, action, own, none_yet, row.anyone or row.before)
    yield Cell(f"{what}, without any function", SOMEBODY, action, own, context, row.anyone)


def _of_function(action: Action, row: Row, function: str, said: Page) -> Iterator[Cell]:
    actor = replace(SOMEBODY, functions=frozenset({function}))
    usual = Context(AT, said.usual[function], sharing=True)

    def cell(where: str, relation: str, may: bool, context: Context = usual, who: Actor = actor, **resource: bool) -> Cell:
        asked = Resource("case", case="LEL-2026-0007", relation=relation, **resource)  # type: ignore[arg-type]
        return Cell(f"{action.what}, {function}, {where}", who, action, asked, context, row.anyone or may)

    for relation in RELATIONS.values():
        may = function in row.may.get(relation, ())
        yield cell(relation, relation, may)
        yield cell(f"{relation}, no agreement", relation, may and not row.agreement, replace(usual, sharing=False))
        broken = replace(usual, glass="BG1")
        yield cell(f"{relation}, broken glass", relation, may or function in row.glass, broken)
        yield cell(f"{relation}, broken glass, no agreement", relation, may and not row.agreement, replace(broken, sharing=False))
        yield cell(f"{relation}, unknown purpose", relation, False, replace(usual, purpose="curiosity"))
        for purpose, covers in said.covers.items():
            covered = replace(usual, purpose=purpose)
            yield cell(f"{relation}, for {purpose}", relation, may and action.name in covers, covered)
    near, restricted = row.near, function in row.restricted
    broken = replace(usual, glass="BG1")
    yield cell("frozen", near, function in row.frozen, frozen=True)
    yield cell("anonymous", near, function in row.anonymous, anonymous=True)
    yield cell("restricted", near, restricted and not row.only_named, restricted=True)
    yield cell("restricted, named", near, restricted, restricted=True, named=True)
    yield cell("restricted, cleared", near, restricted, who=replace(actor, cleared=True), restricted=True)
    looks = restricted and (not row.only_named or function in row.glass)
    yield cell("restricted, broken glass", near, looks, broken, restricted=True)
    may = function in row.frozen and (function in row.glass or function in row.may.get("other", ()))
    yield cell("frozen, other, broken glass", "other", may, broken, frozen=True)


def wrong(policy: Policy, asked: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What the policy answers otherwise than the page. In: each command or query with its class."""
    for what, name in asked:
        yield from (said for cell in cells_of(what, name) if (said := cell.wrong(policy)) is not None)
