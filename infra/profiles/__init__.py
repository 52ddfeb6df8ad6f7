"""Ways of working as files: those that come with the program, reading one, and naming every fault in it."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from domain.profile import Profile
from domain.refusal import NotFound, Refused
from infra.profiles.problems import Problem, problems, sentence

__all__ = ["Problem", "check", "digest", "document", "find", "load", "sentence", "shipped"]

LARGEST_FILE = 128 * 1024
LARGEST_DOCUMENT = 400_000
HERE = Path(__file__).parent
WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def shipped() -> tuple[str, ...]:
    """The names of the profiles that come with the program."""
    return tuple(sorted(path.stem for path in HERE.glob("*.toml")))


def find(name: str) -> Path:
    """The file of a shipped profile by its name, else the file at that path; refuses a name that is neither."""
    if name in shipped():
        return HERE / f"{name}.toml"
    path = Path(name)
    if not path.exists() and path.suffix != ".toml":
        raise NotFound("profile", name)
    return path


def load(path: Path) -> Profile:
    """In: a profile's file. Out: the profile; refused with all its problems, the first one as `field` and `problem`."""
    profile, found = _read(path)
    if profile is None:
        facts = {"field": found[0].field or "-", "problem": found[0].code, "count": len(found)}
        raise Refused("profile-invalid", file=path.name, **facts, problems=tuple(found))
    return profile


def check(path: Path) -> list[Problem]:
    """In: a profile's file. Out: everything that is wrong with it; nothing when it can be adopted."""
    return _read(path)[1]


def document(profile: Profile) -> str:
    """The profile as canonical JSON: sorted keys, no spaces, nothing that is unset. This is what a team adopts."""
    plain = profile.model_dump(mode="json", exclude_none=True)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(profile: Profile) -> str:
    """The SHA-256 of the profile's document, by which an event names the version that was in force."""
    return hashlib.sha256(document(profile).encode()).hexdigest()


def _read(path: Path) -> tuple[Profile | None, list[Problem]]:
    text = _text(path)
    if isinstance(text, Problem):
        return None, [text]
    plain: dict[str, object] = {}
    try:
        plain = tomllib.loads(text)
        profile = Profile.model_validate(plain)
    except ValidationError as error:
        return None, problems(error, plain)
    except RecursionError:
        return None, [Problem("", "nested-too-deep")]
    except ValueError as error:  # also what the parser lets through: a number of thousands of digits
        return None, [_syntax(error, text)]
    if len(document(profile)) > LARGEST_DOCUMENT:
        return None, [Problem("", "too-large", {"limit": LARGEST_DOCUMENT})]
    return profile, []


def _text(path: Path) -> str | Problem:
    try:
        if not path.is_file():
            return Problem("", "not-a-file" if path.exists() else "no-such-file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return Problem("", "unreadable", {"reason": errno.errorcode.get(error.errno or 0, "unknown")})
    if len(data) > LARGEST_FILE:
        return Problem("", "too-large", {"limit": LARGEST_FILE})
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("", "not-utf-8", {"line": data.count(b"\n", 0, error.start) + 1})


def _syntax(error: ValueError, text: str) -> Problem:
    said = str(error)
    where = WHERE.search(said)
    if where is None:
        return Problem("", "number-too-long")
    line = int(where["line"]) if where["line"] else text.count("\n") + 1
    return Problem("", "not-toml", {"line": line, "column": int(where["column"] or 1), "detail": said[: where.start()]})
