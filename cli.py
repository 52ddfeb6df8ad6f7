"""The command `casus`: starts the program, and turns whatever went wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.cli.session import Session

VALUED = frozenset({"--as", "--team", "--store"})
INTERRUPTED = 130


def main(args: Sequence[str] | None = None, session: Session | None = None) -> int:
    """Run one command. In: its arguments (the process's own unless given), and in tests a session. Out: the exit code.

    Everything is loaded in here, so that Ctrl-C is an answer from the first moment on, and no traceback.
    """
    try:
        return _run(args, session)
    except KeyboardInterrupt:  # while loading, or a second time while the first was told
        return INTERRUPTED


def _run(args: Sequence[str] | None, session: Session | None) -> int:
    from infra.hurry import hurry

    hurry()
    import click

    from infra.cli.program import program

    argv = list(sys.argv[1:] if args is None else args)
    session = session or _session(argv)
    session.typed = tuple(argv)
    root = program(session.words)
    if (asked := os.environ.get("_CASUS_COMPLETE")) and args is None:
        from click.shell_completion import shell_complete

        return shell_complete(root, {"obj": session}, "casus", "_CASUS_COMPLETE", asked)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    began = time.monotonic()
    try:
        try:
            with root.make_context("casus", argv, obj=session) as ctx:
                root.invoke(ctx)
            session.out.out.flush()  # the result first
        finally:
            session.cover()  # a look that was refused is an event too
        session.log("done", code=int(session.code), seconds=round(time.monotonic() - began, 3))
        return session.code
    except click.exceptions.Exit as done:
        return done.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where whatever went wrong becomes an exit code
        return _failed(error, session)
    finally:
        session.close()


def _session(argv: Sequence[str]) -> Session:
    from infra.cli.session import Session
    from infra.texts import Words, language_of

    return Session(Words(language_of(os.environ | _named(argv))), os.environ)


def _failed(error: BaseException, session: Session) -> int:
    from infra.cli.failures import report

    code = report(error, session)
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains while it stops
    return int(code)


def _named(argv: Sequence[str]) -> dict[str, str]:
    """The language that the line names before its command: it must be known before help is made."""
    arguments = iter(argv)
    for argument in arguments:
        if argument == "--lang":
            return {"CASUS_LANG": next(arguments, "")}
        if argument.startswith("--lang="):
            return {"CASUS_LANG": argument.partition("=")[2]}
        if argument in VALUED:
            next(arguments, None)
        elif not argument.startswith("-"):
            break
    return {}


if __name__ == "__main__":
    sys.exit(main())
