"""A way to a PostgreSQL server that can be cut at a chosen moment: after the server did its work, before it is heard."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.store import StoreConfig


class Cut:
    """A relay to the server. `armed` with some bytes, it breaks off when the server's answer holds them, unheard;
    `closed`, it lets nobody in any longer."""

    def __init__(self, dsn: str) -> None:
        self.given = dsn
        info = conninfo_to_dict(dsn)
        self.target = str(info.get("host") or "127.0.0.1")
        self.port = int(info.get("port") or 5432)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.armed: bytes | None = None
        self.cuts = 0
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def dsn(self) -> str:
        """How to reach the server this way."""
        port = self.listener.getsockname()[1]
        return make_conninfo(self.given, host="127.0.0.1", port=port, sslmode="disable")

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.closed:
                    client.close()
                    continue
                server = self._connect()
                for one, other, inward in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=(one, other, inward), daemon=True).start()

    def _connect(self) -> socket.socket:
        if self.target.startswith("/"):
            made = socket.socket(socket.AF_UNIX)
            made.connect(f"{self.target}/.s.PGSQL.{self.port}")
            return made
        return socket.create_connection((self.target, self.port))

    def _carry(self, source: socket.socket, drain: socket.socket, inward: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not inward and self.armed is not None and self.armed in data:
                    self.armed = None
                    self.cuts += 1
                    break
                drain.sendall(data)
        for each in (source, drain):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def cut_off(config: StoreConfig) -> Iterator[tuple[Cut, StoreConfig]]:
    """The relay, and the store's settings to go by it."""
    assert config.dsn is not None
    cut = Cut(config.dsn)
    try:
        yield cut, replace(config, dsn=cut.dsn)
    finally:
        cut.listener.close()
