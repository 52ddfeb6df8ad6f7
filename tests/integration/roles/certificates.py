"""TLS on a test's own server for as long as a block lasts, with a certificate for one login."""

import datetime as dt
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg import sql

from tests.support.postgres import OwnServer

Made = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


@contextmanager
def switched_on(server: OwnServer, login: str, place: Path) -> Iterator[tuple[Path, Path]]:
    """Let a login in by certificate alone. Out: the files of its certificate and key."""
    data = server.folder / "data"
    authority = _made("an authority for a test", None)
    for name, made in (("server", _made("127.0.0.1", authority)), ("root", authority)):
        _write(data / f"{name}.crt", made[0].public_bytes(serialization.Encoding.PEM), server)
        _write(data / f"{name}.key", _private(made[1]), server)
    certificate, key = place / "mine.crt", place / "mine.key"
    mine = _made(login, authority)
    certificate.write_bytes(mine[0].public_bytes(serialization.Encoding.PEM))
    key.write_bytes(_private(mine[1]))
    key.chmod(stat.S_IRUSR)
    rules = data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"hostssl all {login} all cert\n{before}")
    try:
        _set(server, ssl="on", ssl_cert_file="server.crt", ssl_key_file="server.key", ssl_ca_file="root.crt")
        yield certificate, key
    finally:
        rules.write_text(before)
        _set(server, ssl="off")


def _set(server: OwnServer, **settings: str) -> None:
    for name, value in settings.items():
        server.run(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    server.run(sql.SQL("SELECT pg_reload_conf()"))
    server.run(sql.SQL("SELECT pg_sleep(0.3)"))


def _made(name: str, by: Made | None) -> Made:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return builder.sign(by[1] if by else key, hashes.SHA256()), key


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _write(path: Path, content: bytes, server: OwnServer) -> None:
    path.write_bytes(content)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    if run_as := server.binaries.run_as:
        shutil.chown(path, run_as["user"], run_as["group"])
