"""What the program asks of whoever runs it: a text, or a yes before what can't be taken back. Never without a terminal."""

from __future__ import annotations

import os
from pathlib import Path

from domain.refusal import Refused
from infra.cli.param import Bad, Param
from infra.cli.safe import safe
from infra.cli.session import Session

LARGEST = 256 * 1024


def text_from(session: Session, param: Param, value: str | None, *, case: str | None, alone: bool = True) -> str | None:
    """A text as it was given: itself, `-` for standard input, `@file` for a file; asked for on a terminal when it must
    be there and was not given.
    """
    if value is None:
        return _asked(session, param, case) if param.required and session.interactive() else None
    if value == "-":
        if not alone:
            raise Bad("input-once", param=param.shown)
        if session.interactive():
            _invite(session, param, case)
        return _read_input(session, param)
    if value.startswith("@") and len(value) > 1:
        return _read_file(param, Path(value[1:]).expanduser())
    return value


def sure(session: Session, command: str, number: str = "", *, yes: bool) -> None:
    """Ask before what can't be taken back, unless yes was said already; refused when nobody can be asked. `command` is told as it
    is typed.
    """
    command = command.replace(".", " ")
    if yes:
        return
    if not session.interactive():
        raise Refused("not-confirmed", field="yes", command=command)
    if not _yes(session, "confirm", command=command, number=number):
        raise Refused("not-confirmed", field="yes", command=command)


def written_over(session: Session, *files: tuple[Param, str | None], yes: bool) -> None:
    """Ask before a file that is there already is written over, unless yes was said already; refused when nobody can be asked. In:
    each file with the option that named it, None where it was not given. To be asked before anything is read or stored.
    """
    for param, file in files:
        if file is None or yes or not _is_there(Path(file).expanduser()):
            continue
        if not session.interactive() or not _yes(session, "confirm-over", option=param.option):
            raise Refused("file-is-there", field=param.name)


def _is_there(path: Path) -> bool:
    """Of a folder it is said later that it is one."""
    return path.is_symlink() or (path.exists() and not path.is_dir())


def _yes(session: Session, question: str, **facts: str) -> bool:
    words, err = session.words, session.out.err
    err.write(safe(words.say(question, **facts)) + " ")
    err.flush()
    return session.stdin.readline().strip().lower() in words.get("output", "yes-answers").split()


def _asked(session: Session, param: Param, case: str | None) -> str:
    _invite(session, param, case)
    return session.stdin.readline() if param.kind == "line" else _read_input(session, param)


def _invite(session: Session, param: Param, case: str | None) -> None:
    """Says where a text is asked for, and that no name may stand in it while the case is anonymous."""
    session.out.warn("ask-line" if param.kind == "line" else "ask-text", param=param.shown)
    if case is not None and getattr(session.engine.case(case).state, "anonymous", False):
        session.out.warn("no-names")


def _read_input(session: Session, param: Param) -> str:
    raw = getattr(session.stdin, "buffer", None)
    return _decoded(param, raw.read(LARGEST)) if raw is not None else session.stdin.read(LARGEST)


def _read_file(param: Param, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decoded(param, file.read(LARGEST))
    except OSError as error:
        raise Refused("text-file", field=param.name, reason=os.strerror(error.errno or 0)) from None


def _decoded(param: Param, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused("text-not-utf8", field=param.name) from None
