"""Tables that fit the terminal: columns as wide as needed, the widest ones folded over lines when room is short."""

from __future__ import annotations

from collections.abc import Sequence

from infra.cli.safe import safe, width

GAP = 2
NARROWEST = 8
TELLING = 30
"""What a last column that tells something needs beside the others; with less it goes below them."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int | None) -> list[str]:
    """In: the headings, the cells, and how many columns there are (None: no end). Out: lines to print."""
    cells = [[safe(cell) for cell in row] for row in rows]
    wanted = [max([width(h), *(max(map(width, r[i].split("\n"))) for r in cells)]) for i, h in enumerate(headings)]
    if room is not None and sum(min(w, NARROWEST) for w in wanted) + GAP * (len(wanted) - 1) > room:
        return cards(headings, cells, room)
    beside = sum(wanted[:-1]) + GAP * (len(wanted) - 1)
    if room is not None and wanted[-1] > TELLING > room - beside:
        return below(headings, cells, room)
    widths = wanted if room is None else fitted(wanted, room - GAP * (len(wanted) - 1))
    lines = _row(list(headings), widths)
    lines.append("  ".join("─" * w for w in widths))
    for row in cells:
        lines += _row(row, widths)
    return lines


def below(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """The same with the last column below its row, set in, when the others leave it too little room."""
    wanted = [max(width(h), *(width(r[i]) for r in rows)) for i, h in enumerate(headings[:-1])]
    widths = fitted(wanted, room - GAP * (len(wanted) - 1))
    lines = [*_row(list(headings[:-1]), widths), "  ".join("─" * w for w in widths)]
    for row in rows:
        lines += _row(list(row[:-1]), widths)
        lines += [f"    {line}" for line in fold(row[-1], room - 4)]
    return lines


def cards(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """The same below one another, for a terminal too narrow for the columns: a line for each cell, an empty one between rows."""
    lines: list[str] = []
    for row in rows:
        for heading, cell in zip(headings, row, strict=True):
            lines += fold(f"{heading}: {cell}", room)
        lines.append("")
    return lines[:-1]


def fitted(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that add up to the room there is, taken from the widest columns first."""
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(widths)
        if widest <= NARROWEST:
            break
        below = max([w for w in widths if w < widest], default=NARROWEST)
        at = [i for i, w in enumerate(widths) if w == widest]
        cut = min(-(-(sum(widths) - room) // len(at)), max(widest - max(below, NARROWEST), 1))
        for i in at:
            widths[i] -= cut
    return widths


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    folded = [fold(cell, w) for cell, w in zip(cells, widths, strict=True)]
    lines = []
    for i in range(max(map(len, folded))):
        parts = [f[i] if i < len(f) else "" for f in folded]
        padded = [p + " " * (w - width(p)) for p, w in zip(parts, widths, strict=True)]
        lines.append((" " * GAP).join(padded).rstrip())
    return lines


def fold(text: str, room: int) -> list[str]:
    """A text over lines of at most this many columns: broken between words, in a word only when it is longer."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if width(candidate) <= room:
                line = candidate
                continue
            if line:
                lines.append(line)
            line = word
            while width(line) > room:
                head = _head(line, room)
                lines.append(head)
                line = line[len(head):]  # fmt: skip
        lines.append(line)
    return lines


def _head(text: str, room: int) -> str:
    """As much of a long word as fits: up to a hyphen, dot or colon when it has one, for ids break best there."""
    used = end = 0
    for i, char in enumerate(text):
        used += width(char)
        if used > room and i:
            return text[: end or i]
        if char in "-.:" and i:
            end = i + 1
    return text
