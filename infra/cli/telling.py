"""An event as a sentence, made when it is read: from its topic, its facts, and what the reader may see of its texts."""

from __future__ import annotations

from collections.abc import Mapping

from domain.event import Event
from domain.events.correcting import EntryCorrected
from domain.personal import Personal
from infra.texts import Words
from infra.texts.sentences import Label, fill, people


def sentence(words: Words, event: Event, label: Label | None = None, texts: Mapping[str, str] | None = None) -> str:
    """What happened, in a sentence. `texts` are the opened texts of its sealed fields, where they are shown."""
    _, stage, what = event.TOPIC.split(".")
    facts: dict[str, object] = {}
    for name in type(event).model_fields:
        value = getattr(event, name)
        facts[name] = (texts or {}).get(name) if isinstance(value, Personal) else value
    if not isinstance(event, EntryCorrected) or event.field is None:
        return fill(words.get(stage, "events", what), facts, words, label)
    if event.text is not None and facts["text"] is None:
        return fill(words.get("output", "text-corrected"), facts, words, label)
    if event.text is None and event.value in (None, False, ()):  # what is now no or nothing is told too
        facts["value"] = people("value", event.value, words)
    return fill(words.get(stage, "events", what), facts, words, label)
