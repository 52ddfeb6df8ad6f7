"""Tables that fit the terminal: columns as wide as needed, folded between words and at hyphens when room is short."""

from __future__ import annotations

from collections.abc import Sequence

from infra.cli.safe import safe, width

GAP = 2
NARROWEST = 8
LONGEST = 24
"""A longer piece of a word without a hyphen may be broken anywhere: a path, a digest."""
WHOLE = 13
"""A word of so many columns or fewer is never broken: a day, a case's number."""
TELLING = 30
"""What a last column that tells something needs beside the others; with less it goes below them."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int | None) -> list[str]:
    """In: the headings, the cells, and how many columns there are (None: no end). Out: lines to print."""
    cells = [[safe(cell) for cell in row] for row in rows]
    columns = list(zip(headings, *cells, strict=True))
    wanted = [max(width(line) for cell in column for line in cell.split("\n")) for column in columns]
    if room is None:
        return _laid(headings, cells, wanted)
    beside = sum(wanted[:-1]) + GAP * (len(wanted) - 1)
    telling = wanted[-1] > TELLING > room - beside
    for under in range(1 if telling else 0, len(wanted)):
        kept = len(wanted) - under
        left = room - GAP * (kept - 1)
        words, pieces = ([floor(column) for column in columns[:kept]] for floor in (_of_words, _of_pieces))
        if sum(words) <= left:
            return _laid(headings, cells, fitted(wanted[:kept], left, words), room, bare=telling and under == 1)
        if sum(pieces) <= left:
            return _laid(headings, cells, fitted(words, left, pieces), room, bare=telling and under == 1)
    return cards(headings, cells, room)


def _laid(
    headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], room: int = 0, *, bare: bool = False
) -> list[str]:  # fmt: skip
    """The rows in columns of these widths; what has no width stands below its row, set in, `bare` without its heading."""
    kept = len(widths)
    lines = [*_row(headings[:kept], widths), "  ".join("─" * w for w in widths)]
    for row in rows:
        lines += _row(row[:kept], widths)
        under = {h: cell for h, cell in zip(headings[kept:], row[kept:], strict=True) if cell not in ("", "-")}
        if under:
            told = "; ".join(cell if bare else f"{h}: {cell}" for h, cell in under.items())
            lines += [f"    {line}" for line in fold(told, room - 4)]
    return lines


def cards(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """The same below one another, for a terminal too narrow for the columns: a line for each cell, an empty one between rows."""
    lines: list[str] = []
    for row in rows:
        for heading, cell in zip(headings, row, strict=True):
            lines += fold(f"{heading}: {cell}", room)
        lines.append("")
    return lines[:-1]


def fitted(wanted: Sequence[int], room: int, floors: Sequence[int] = ()) -> list[int]:
    """Widths that add up to the room there is, taken from the widest columns first, none below its floor."""
    widths, least = list(wanted), list(floors) or [NARROWEST] * len(wanted)
    while sum(widths) > room:
        free = [i for i, w in enumerate(widths) if w > least[i]]
        if not free:
            break
        widest = max(widths[i] for i in free)
        at = [i for i in free if widths[i] == widest]
        next_down = max([widths[i] for i in free if widths[i] < widest] + [least[i] for i in at])
        cut = min(-(-(sum(widths) - room) // len(at)), max(widest - next_down, 1))
        for i in at:
            widths[i] -= cut
    return widths


def _of_words(column: Sequence[str]) -> int:
    """How wide a column must be to break between words only."""
    return max((min(width(word), LONGEST) for word in _split(column)), default=0)


def _of_pieces(column: Sequence[str]) -> int:
    """How wide it must be when long words break at their hyphens."""
    return max((min(width(piece), LONGEST) for word in _split(column) for piece in _broken(word)), default=0)


def _split(column: Sequence[str]) -> list[str]:
    return [word for cell in column for line in cell.split("\n") for word in line.split(" ")]


def _broken(word: str) -> list[str]:
    *parts, last = word.split("-")
    if width(word) <= WHOLE or not parts:
        return [word]
    if last.isdigit():
        last = f"{parts.pop()}-{last}"
    return [*(f"{part}-" for part in parts), last]


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
    """As much of a long word as fits: up to a hyphen, dot or colon when it has one, for ids break best there, but not between
    a name and its number.
    """
    used = end = 0
    for i, char in enumerate(text):
        used += width(char)
        if used > room and i:
            return text[: end or i]
        if char in "-.:" and i and not text[i + 1 :].isdigit():
            end = i + 1
    return text
