"""The sentences of the program in Dutch and English: read from one file a subject, only when a sentence is needed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
FOLDER = Path(__file__).parent


@cache
def texts(language: str, subject: str) -> Mapping[str, Any]:
    """One subject's texts in one language, as they stand in its file."""
    with (FOLDER / language / f"{subject}.toml").open("rb") as file:
        return tomllib.load(file)


def language_of(environ: Mapping[str, str]) -> Language:
    """The language of whoever runs the program: CASUS_LANG, else Dutch under a Dutch locale, else English."""
    named = environ.get("CASUS_LANG", "").lower()
    if named[:2] == "nl" or named[:2] == "en":
        return "nl" if named[:2] == "nl" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "nl" if environ[name].lower().startswith(("nl", "dutch")) else "en"
    return "en"


class Words:
    """What the program says, in one language. Looking up what is not there fails: a test sees to completeness."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def find(self, subject: str, *path: str) -> str | None:
        """The text at a path in a subject's file, or None."""
        found: Any = texts(self.language, subject)
        for step in path:
            if not isinstance(found, dict) or step not in found:
                return None
            found = found[step]
        return found if isinstance(found, str) else None

    def get(self, subject: str, *path: str) -> str:
        """The text at a path in a subject's file."""
        found = self.find(subject, *path)
        if found is None:
            raise LookupError(f"{self.language}/{subject}.toml has no text {'.'.join(path)}")
        return found

    def say(self, key: str, /, **facts: object) -> str:
        """A sentence of the program itself (`output.toml`), filled in with facts."""
        from infra.texts.sentences import fill

        return fill(self.get("output", *key.split(".")), facts, self)

    def heading(self, column: str) -> str:
        """What stands above a column."""
        return self.find("columns", column) or column.replace("_", " ")

    def code(self, code: str, field: str = "") -> str:
        """A code of the engine as people read it, by the field it stands in if it means different things; else itself."""
        return (self.find("codes", field, code) if field else None) or self.find("codes", "any", code) or code
