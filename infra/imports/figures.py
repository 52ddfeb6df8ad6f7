"""Imported histories as figures and exports take them: step by step, their resources by name where they may be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from domain.event import replay
from domain.personal import Ref
from domain.refusal import NotFound
from domain.source import Source
from infra.store.reading import uncollected
from projections.stats_steps import StepRow
from projections.steps import STEPS

if TYPE_CHECKING:
    from infra.readmodels.asking import Rows
    from infra.store.store import Store
    from infra.store.texts import Withheld


Opener = Callable[[Iterable[Ref]], Mapping[Ref, "str | Withheld"]]
"""Gives texts, once it is stored that they are seen."""


def steps_of(store: Store, rows: Rows, opener: Opener, source: str | None = None) -> list[StepRow]:
    """The steps of one source, or of all there are, with names: a ranking's ties go by name. Refuses an unknown source.

    A name that is withheld stays an id. With more than one source each resource has its source before it: the same
    name elsewhere need not be the same person.
    """
    if source is not None and not store.version(f"source:{source}"):
        raise NotFound("source", source)
    with uncollected():
        found = rows.rows(STEPS, source=source) if source is not None else rows.rows(STEPS)
        sources = {row.source for row in found}
        shown = {which: _shown(store, opener, which, several=len(sources) > 1) for which in sources}
        return [
            StepRow(
                r.source, r.number[len(r.source) + 1 :], r.position, r.activity, r.occurred_at,
                None if r.resource is None else shown[r.source].get(r.resource, r.resource), r.group, r.lifecycle,
            )
            for r in found
        ]  # fmt: skip


def in_document_order(steps: list[StepRow]) -> list[StepRow]:
    """By case and position, as an export wants them."""
    return sorted(steps, key=lambda step: (step.case, step.position))


def _shown(store: Store, opener: Opener, source: str, *, several: bool) -> Mapping[str, str]:
    """What to call each resource of a source, by its id: its name, if that is not withheld."""
    resources = replay(Source(), store.load(f"source:{source}")).resources
    opened = opener(resources.values()) if resources else {}
    texts = {which: opened.get(ref) for which, ref in resources.items()}
    names = {which: text if isinstance(text, str) else which for which, text in texts.items()}
    return {which: f"{source}:{name}" for which, name in names.items()} if several else names
