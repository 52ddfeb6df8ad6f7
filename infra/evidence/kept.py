"""The last checkpoint, kept outside the store: an older backup put back does not bring it back, so it is noticed."""

from __future__ import annotations

from pathlib import Path

from domain.refusal import Refused


class Kept:
    """One file, the last note as it was signed. In: the folder outside the store, and the store's id."""

    def __init__(self, folder: Path, store_id: str) -> None:
        self.path = folder / f"{store_id}.checkpoint"

    def last(self) -> str | None:
        """The note, or None where none was kept here. Refused: `checkpoint-file-unreadable`."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise Refused("checkpoint-file-unreadable", path=str(self.path)) from None

    def keep(self, note: str) -> None:
        """Have this note in place of the one before, on the disk when this returns. Refused: `checkpoint-file-unwritable`."""
        from infra.exports.files import written_whole

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with written_whole(self.path) as file:
                file.write(note.encode())
        except OSError:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from None
        except Refused as refused:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from refused

    def put_aside(self, unless: str) -> None:
        """Keep the note of a log that was begun anew under another name: it stays to be shown. In: the log that goes on.

        Refused: `checkpoint-file-unwritable`.
        """
        note = self.last()
        origin = note.split("\n", 1)[0] if note else unless
        if origin == unless:
            return
        try:
            self.path.replace(self.path.with_name(f"{self.path.stem}.before-{origin.rsplit('/', 1)[-1]}.checkpoint"))
        except OSError:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from None
