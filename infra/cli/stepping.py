"""Going through steps on a terminal, forward and back, one at a time; elsewhere all of them, in order."""

from __future__ import annotations

from collections.abc import Callable

from infra.cli.session import Session


def walk(session: Session, count: int, show: Callable[[int], None], *, wait: bool = True) -> None:
    """In: how many steps there are, what shows one (counted from 1), and whether somebody at a terminal is waited for.

    Enter goes on, and ends after the last; a number goes to that step; the other words stand in `output.toml`.
    """
    if not (wait and session.interactive() and session.out.out.isatty()):
        for number in range(1, count + 1):
            show(number)
        return
    step: int | None = 1 if count else None
    while step is not None:
        show(step)
        step = _next(session, step, count)


def _next(session: Session, step: int, count: int) -> int | None:
    """Which step is wanted after this one; None to stop. Asked again until the answer is one that can be."""
    go_on, go_back, stop = (session.words.get("output", way).split() for way in ("next-answers", "back-answers", "stop-answers"))
    while True:
        session.out.warn("next-step", step=step, count=count)
        line = session.stdin.readline()
        answer = line.strip().lower()
        if not line or answer in stop:
            return None
        if not answer or answer in go_on:
            return step + 1 if step < count else None
        if answer in go_back and step > 1:
            return step - 1
        if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= count:
            return int(answer[:9])
        session.out.warn("no-such-step", count=count)
