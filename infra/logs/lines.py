"""Reads a text file in lines of a bounded length, and finds where its bytes are not of the encoding it is read in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO

from domain.refusal import Refused

LONGEST = 1024 * 1024
_FOREIGN = re.compile("[\ud800-\udfff]")


def lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines with their endings, without a byte order mark. Refuses a byte that the encoding does not have."""
    try:
        # Bytes that don't decode come through as lone surrogates, so that the line and column can be named.
        reader = TextIOWrapper(stream, _with_mark(encoding), errors="surrogateescape", newline="")
    except LookupError:
        raise Refused("log-encoding-unknown") from None
    number = 0
    try:
        while line := reader.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                raise Refused("log-line-too-long", line=number, limit=LONGEST)
            if not line.isascii() and (found := _FOREIGN.search(line)):
                raise Refused("log-encoding-wrong", line=number, column=found.start() + 1, byte=_byte(found[0]))
            yield line
    except UnicodeError:
        # Encodings of more than one byte a character have no such way out.
        raise Refused("log-encoding-wrong", line=number + 1, column=None, byte=None) from None
    finally:
        if not stream.closed:
            reader.detach()  # the stream is the caller's to close


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding


def _byte(escaped: str) -> str:
    return f"0x{ord(escaped) & 0xFF:02X}"
