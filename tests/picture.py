"""Draws docs/images/demo.svg for the README (`python -m tests.picture`): plays the demo, and sets its last screens as printed."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from html import escape
from pathlib import Path

from infra.cli.safe import width
from infra.demo.playing import Stage
from infra.texts import Words

COLUMNS = 140
SHOWN = ("show DRO-2026-0001", "agenda lelystad-sit", "signals", "access log --case LEL-2026-0004 --from 2026-11-19")
"""Which of the last screens: the whole is some hundreds of lines."""
CLEARED = "\x1b[K"
"""What takes a line of progress away on a terminal."""
CHAR, LINE, EDGE, BAR, SIZE = 7.8, 18, 18, 30, 13
INK, PAPER, DIM, BRIGHT, PROMPT = "#d6deeb", "#0f1a26", "#7f93a8", "#ffd479", "#7fdbca"


class Screen(io.StringIO):
    """Says that it is a terminal, so that tables fit it."""

    def isatty(self) -> bool:
        return True


def played() -> list[str]:
    """The last screens of the demo, as they come out on a terminal of so many columns."""
    os.environ["COLUMNS"] = str(COLUMNS)
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "store"
        Stage(Words("en"), {"CASUS_HOME": str(home)}, home, screen, io.StringIO(), quiet=True).play()
    return [line.replace(CLEARED, "").rstrip() for line in screen.getvalue().splitlines()]


def chosen(lines: list[str]) -> list[str]:
    """The screens of the commands shown, with one empty line between them."""
    found: list[str] = []
    keep = False
    for line in lines:
        if line.startswith("$ casus "):
            keep = line.endswith(tuple(f" {shown}" for shown in SHOWN))
        elif line.startswith("══"):
            keep = False
        if keep and (line or (found and found[-1])):
            found.append(line)
    return found


def drawn(lines: list[str]) -> str:
    """The lines as a picture."""
    wide, high = round(2 * EDGE + COLUMNS * CHAR), BAR + EDGE + len(lines) * LINE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}" fill="{INK}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>\n'
    )
    dots = "".join(f'<circle cx="{EDGE + 16 * n}" cy="16" r="5" fill="{DIM}"/>' for n in range(3))
    rows = [_row(line, BAR + EDGE + n * LINE) for n, line in enumerate(lines) if line]
    return head + dots + "\n" + "\n".join(rows) + "\n</svg>\n"


def _row(line: str, y: int) -> str:
    rule = set(line) <= {"─", " "}
    ink = PROMPT if line.startswith("$ ") else DIM if rule else BRIGHT if line.startswith("Plan") else None
    colour = f' fill="{ink}"' if ink else ""
    long = round(width(line) * CHAR, 1)
    return (
        f'<text x="{EDGE}" y="{y}" xml:space="preserve" textLength="{long}" lengthAdjust="spacingAndGlyphs"{colour}>'
        f"{escape(line)}</text>"
    )


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "images" / "demo.svg"
    target.write_text(drawn(chosen(played())), encoding="utf-8")
    sys.stderr.write(f"{target.name}: {target.stat().st_size} bytes\n")
