"""How far each reader of the log is: the library's `Tracking`, kept in the transaction of what was read into."""

from __future__ import annotations

from eventsourcing.persistence import Tracking

from infra.store.database import Database


class Positions:
    """Positions of readers, by name. Move one inside the transaction that changes the reader's own tables."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def at(self, name: str) -> int:
        """The last place this reader has taken in; 0 when it never read."""
        rows = self.database.query("SELECT notification_id FROM tracking WHERE application_name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def move(self, tracking: Tracking) -> bool:
        """Take a reader forward. Out: False when it is there already or further, so that nothing is read in twice."""
        return bool(
            self.database.query(
                "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) DO UPDATE "
                "SET notification_id = excluded.notification_id "
                "WHERE tracking.notification_id < excluded.notification_id RETURNING notification_id",
                (tracking.application_name, tracking.notification_id),
            )
        )

    def put(self, tracking: Tracking) -> None:
        """Set a reader's position, also back: its tables were made anew."""
        self.database.execute(
            "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) DO UPDATE "
            "SET notification_id = excluded.notification_id",
            (tracking.application_name, tracking.notification_id),
        )

    def forget(self, name: str) -> None:
        """Drop a reader's position."""
        self.database.execute("DELETE FROM tracking WHERE application_name = ?", (name,))
