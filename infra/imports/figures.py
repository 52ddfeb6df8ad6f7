"""Imported histories as figures and exports take them: step by step, their resources by name where they may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.event import replay
from domain.refusal import NotFound
from domain.source import Source
from projections.stats_steps import StepRow
from projections.steps import STEPS, figures

if TYPE_CHECKING:
    from infra.readmodels.asking import Rows
    from infra.store.store import Store


def steps_of(store: Store, rows: Rows, source: str | None = None) -> list[StepRow]:
    """The steps of one source, or of all there are, with names: a ranking's ties go by name. Refuses an unknown source.

    A name that is withheld stays an id. With more than one source each resource has its source before it: the same
    name elsewhere need not be the same person.
    """
    if source is not None and not store.version(f"source:{source}"):
        raise NotFound("source", source)
    found = list(figures(rows.rows(STEPS, source=source) if source is not None else rows.rows(STEPS)))
    sources = {step.source for step in found}
    names = {which: _names(store, which) for which in sources}
    several = len(sources) > 1

    def shown(step: StepRow) -> str | None:
        if step.resource is None:
            return None
        name = names[step.source].get(step.resource, step.resource)
        return f"{step.source}:{name}" if several else name

    return [step._replace(resource=shown(step)) for step in found]


def in_document_order(steps: list[StepRow]) -> list[StepRow]:
    """By case and position, as an export wants them."""
    return sorted(steps, key=lambda step: (step.case, step.position))


def _names(store: Store, source: str) -> Mapping[str, str]:
    """The name of each resource of a source that is not withheld, by its id."""
    resources = replay(Source(), store.load(f"source:{source}")).resources
    opened = store.open_texts(resources.values()) if resources else {}
    texts = {which: opened.get(ref) for which, ref in resources.items()}
    return {which: text for which, text in texts.items() if isinstance(text, str)}
