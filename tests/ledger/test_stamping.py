"""RFC 3161 timestamps by a real authority: ``openssl ts`` behind a small server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kijun.ledger import stamping
from kijun.ledger.appending import appender
from kijun.ledger.checking import verify
from kijun.ledger.ledger import Ledger
from kijun.ledger.stamping import BadStamp, NotStamped, stamp, verify_stamp
from tests.ledger.conftest import entry

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the authority")

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[v3_tsa]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = dn
prompt = no
[dn]
CN = x
"""


def openssl(folder: Path, *args: str) -> None:
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    for name, subject in (("ca", "/CN=Test CA"), ("tsa", "/CN=Test TSA")):
        openssl(
            folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", f"{name}.key"
        )
        openssl(
            folder,
            "req",
            "-new",
            "-key",
            f"{name}.key",
            "-subj",
            subject,
            "-out",
            f"{name}.csr",
            "-config",
            "tsa.cnf",
        )
    common = ("-days", "3650", "-extfile", "tsa.cnf")
    openssl(
        folder,
        "x509",
        "-req",
        "-in",
        "ca.csr",
        "-signkey",
        "ca.key",
        "-out",
        "ca.pem",
        *common,
        "-extensions",
        "v3_ca",
    )
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "tsa.pem", *common, "-extensions", "v3_tsa")  # fmt: skip
    return folder


class Server(HTTPServer):
    """Answers with what ``make`` gives for a query."""

    make: Any = None


@pytest.fixture
def server(authority: Path) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = made.make(query)
            self.send_response(200 if answer is not None else 503)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_args: Any) -> None: ...

    def reply(query: bytes) -> bytes:
        (authority / "query.tsq").write_bytes(query)
        openssl(authority, "ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "query.tsq",
                "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "answer.tsr")  # fmt: skip
        return (authority / "answer.tsr").read_bytes()

    made = Server(("127.0.0.1", 0), Handler)
    made.make = reply
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "home" / "ledger") as made:
        with appender(tmp_path / "home", made) as to:
            to.append([entry()])
        yield made


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def test_it_works(ledger: Ledger, server: Server, authority: Path) -> None:
    assert stamp(ledger, url(server)) == 1
    ((_size, _at, note, answer),) = ledger.checkpoints()
    assert answer is not None
    told = verify_stamp(note, answer, [authority / "ca.pem"])
    assert told.trusted
    assert "Test TSA" in told.authority
    assert stamp(ledger, url(server)) is None  # it has one


def test_openssl_says_the_same(ledger: Ledger, server: Server, authority: Path, tmp_path: Path) -> None:
    stamp(ledger, url(server))
    ((_size, _at, note, answer),) = ledger.checkpoints()
    (tmp_path / "note").write_text(note)
    (tmp_path / "answer").write_bytes(answer or b"")
    openssl(tmp_path, "ts", "-verify", "-data", "note", "-in", "answer", "-CAfile", str(authority / "ca.pem"))


def test_handed_out_as_openssl_reads_it(
    ledger: Ledger, server: Server, authority: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.write_text("no folder")
    assert stamp(ledger, url(server), [gone, tmp_path / "elsewhere"]) == 1
    openssl(tmp_path / "elsewhere" / "stamps", "ts", "-verify", "-data", "1.txt", "-in", "1.tsr",
            "-CAfile", str(authority / "ca.pem"))  # fmt: skip


def test_of_another_checkpoint(ledger: Ledger, server: Server) -> None:
    stamp(ledger, url(server))
    ((_size, _at, note, answer),) = ledger.checkpoints()
    with pytest.raises(BadStamp):
        verify_stamp(note + "x", answer or b"")


def test_by_nobody_who_is_trusted(ledger: Ledger, server: Server, tmp_path: Path) -> None:
    stamp(ledger, url(server))
    ((_size, _at, note, answer),) = ledger.checkpoints()
    openssl(
        tmp_path,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "k",
        "-out",
        "other.pem",
        "-subj",
        "/CN=Other",
    )
    with pytest.raises(BadStamp):
        verify_stamp(note, answer or b"", [tmp_path / "other.pem"])


@pytest.mark.parametrize(
    "answer", [None, b"", b"<html>proxy</html>", b"\x30\x03\x02\x01\x02", b"x" * 300_000]
)
def test_an_authority_that_answers_garbage(ledger: Ledger, server: Server, answer: bytes | None) -> None:
    server.make = lambda _query: answer
    with pytest.raises(NotStamped):
        stamp(ledger, url(server))
    assert next(iter(ledger.checkpoints()))[3] is None


def test_an_answer_to_another_request(ledger: Ledger, server: Server) -> None:
    first: list[bytes] = []
    real = server.make

    def again(query: bytes) -> bytes:
        first.append(real(query))
        return first[0]

    server.make = again
    stamp(ledger, url(server))
    with ledger.database.writing() as link:
        link.execute("UPDATE checkpoints SET stamp = NULL")
    with pytest.raises(NotStamped):  # the same note, but an old answer
        stamp(ledger, url(server))


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/", "http://127.0.0.1:1/", "http://[bad"])
def test_an_address_that_is_none(ledger: Ledger, address: str) -> None:
    with pytest.raises(NotStamped):
        stamp(ledger, address)


def test_nothing_recorded_yet(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger") as made:
        assert stamping.stamp(made, "http://127.0.0.1:1/") is None


def test_verification_looks_at_every_stamp(
    ledger: Ledger, server: Server, authority: Path, tmp_path: Path
) -> None:
    stamp(ledger, url(server))
    report = verify(ledger, roots=[authority / "ca.pem"])
    assert (report.stamps, report.faults) == (1, [])
    openssl(
        tmp_path,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "k",
        "-out",
        "o.pem",
        "-subj",
        "/CN=O",
    )
    assert [one.kind for one in verify(ledger, roots=[tmp_path / "o.pem"]).faults] == ["stamp"]
    with ledger.database.writing() as link:
        link.execute("UPDATE checkpoints SET stamp = ?", (b"no stamp",))
    assert [one.kind for one in verify(ledger).faults] == ["stamp"]
