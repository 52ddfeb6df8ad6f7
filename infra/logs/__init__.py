"""Other people's case logs as steps of cases: XES, CSV and JSON Lines, chosen by suffix or by content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, assert_never

from domain.refusal import Refused
from infra.logs import csv, jsonl, xes
from infra.logs.fields import LIMITS, Times, unwanted
from infra.logs.model import Columns, LogFormat, LogOptions, LogStep, Progress, RawStep
from infra.logs.opened import Opened, opened
from infra.logs.ordering import OrderedLog

__all__ = ["Columns", "LogFormat", "LogOptions", "LogStep", "OrderedLog", "Progress", "open_log"]

_SUFFIXES: Final[dict[str, LogFormat]] = {
    ".xes": "xes",
    ".xml": "xes",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_LONGEST_PREFIX = 40
_EVERY = 5_000
_BLANK = b"\xef\xbb\xbf \t\r\n"


def open_log(path: Path, options: LogOptions | None = None, progress: Progress | None = None) -> OrderedLog:
    """A log, read to its end and checked; its steps come in the order of each case's history.

    Refuses a file that it can't use.

    `progress` is told how many bytes of the file were read, and of how many (0 where that can't be known).
    """
    chosen = options or LogOptions()
    times = Times(chosen.zone, chosen.time_format)
    with opened(path) as file:
        log = OrderedLog(_told(_steps(file, path, chosen, times), file, progress))
    log.zoneless = times.zoneless
    return log


def _steps(file: Opened, path: Path, options: LogOptions, times: Times) -> Iterator[RawStep]:
    match options.format or _format(path, file.start):
        case "xes":
            steps = xes.read(file.stream, times)
        case "csv":
            steps = csv.read(file.stream, options, times)
        case "jsonl":
            steps = jsonl.read(file.stream, options, times)
        case unknown:
            assert_never(unknown)
    return _prefixed(steps, options.case_prefix) if options.case_prefix else steps


def _prefixed(steps: Iterator[RawStep], prefix: str) -> Iterator[RawStep]:
    if len(prefix) > _LONGEST_PREFIX or unwanted(prefix) or not prefix.strip():
        raise Refused("log-prefix-unusable", limit=_LONGEST_PREFIX)
    for number, step in enumerate(steps, start=1):
        case = prefix + step.case
        if len(case) > LIMITS["case"]:
            raise Refused("log-prefix-too-long", step=number, limit=LIMITS["case"])
        yield step._replace(case=case)


def _format(path: Path, start: bytes) -> LogFormat:
    """The format that the suffix names, `.gz` aside; else the one that the first character tells of."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    if suffixes and suffixes[-1] in _SUFFIXES:
        return _SUFFIXES[suffixes[-1]]
    match start.lstrip(_BLANK)[:1]:
        case b"<":
            return "xes"
        case b"{":
            return "jsonl"
        case _:
            return "csv"


def _told(steps: Iterator[RawStep], file: Opened, progress: Progress | None) -> Iterator[RawStep]:
    for count, step in enumerate(steps, start=1):
        if progress and count % _EVERY == 0:
            progress(file.tell(), file.size)
        yield step
    if progress:
        progress(file.size, file.size)
