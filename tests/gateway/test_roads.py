"""The road to an upstream: TLS under a private authority, and forward proxies."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.gateway.town import Running, policy, wait_for, with_upstream
from tests.gateway.upstream import Upstream, says


class Authority:
    """A town hall's own authority, as its PEM text, and what it signs."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign("Town CA", self._key, None)
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server(self, folder: Path, name: str = "localhost") -> ssl.SSLContext:
        """A server's TLS, signed for a name."""
        key = ec.generate_private_key(ec.SECP256R1())
        path = folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._sign(name, key, name).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, common: str, key: ec.EllipticCurvePrivateKey, name: str | None) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Town CA")])
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if name is None:
            usage = x509.KeyUsage(
                False, False, False, False, False, key_cert_sign=True, crl_sign=True,
                encipher_only=False, decipher_only=False,
            )  # fmt: skip
            made = made.add_extension(usage, critical=True)
        else:
            names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            made = made.add_extension(
                x509.SubjectAlternativeName(names if name == "localhost" else names[:1]), critical=False
            )
        return made.sign(self._key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(authority: Authority, tmp_path: Path) -> Iterator[Upstream]:
    made = Upstream(says("はい。"), tls=authority.server(tmp_path))
    yield made
    made.close()


class Proxy:
    """A forward proxy of a few lines: absolute addresses and CONNECT, with a password where one is set."""

    def __init__(self, password: str = "") -> None:
        self.lines: list[str] = []
        self._password = password
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def url(self, credentials: str = "") -> str:
        return f"http://{credentials}127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := near.recv(65536)):
                    return
                head += part
            first, _, rest = head.partition(b"\r\n")
            self.lines.append(first.decode())
            wanted = base64.b64encode(self._password.encode())
            if self._password and b"Basic " + wanted not in rest.partition(b"\r\n\r\n")[0]:
                near.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
                return
            method, target, _ = first.decode().split(" ")
            host, _, port = target.removeprefix("http://").partition("/")[0].partition(":")
            with socket.create_connection((host, int(port))) as far:
                if method == "CONNECT":
                    near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    far.sendall(head)
                back = threading.Thread(target=_copy, args=(far, near), daemon=True)
                back.start()
                _copy(near, far)
                back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


def ask(gateway: Running, **more: Any) -> str:
    answer = gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": "こんにちは"}], **more
    )
    if more.get("stream"):
        return "".join(one.choices[0].delta.content or "" for one in answer if one.choices)
    return str(answer.choices[0].message.content)


def unreachable(gateway: Running) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway)
    assert (caught.value.status_code, caught.value.code) == (502, "upstream_unreachable")


@pytest.mark.parametrize("stream", [False, True])
def test_a_private_authority_is_trusted_for_its_upstream_alone(
    gateway: Running, secure: Upstream, authority: Authority, stream: bool
) -> None:
    gateway.publish(with_upstream(policy(secure.url), ca=authority.pem))
    assert ask(gateway, stream=stream) == "はい。"
    gateway.publish(policy(secure.url))
    unreachable(gateway)
    gateway.publish(with_upstream(policy(secure.url), ca=Authority().pem))
    unreachable(gateway)
    assert len(secure.calls) == 1


def test_a_certificate_of_another_name_is_none(
    gateway: Running, authority: Authority, tmp_path: Path
) -> None:
    other = Upstream(says("はい。"), tls=authority.server(tmp_path, "other.example"))
    gateway.publish(with_upstream(policy(other.url), ca=authority.pem))
    unreachable(gateway)
    other.close()
    assert not other.calls


@pytest.mark.parametrize("stream", [False, True])
def test_through_a_proxy(gateway: Running, upstream: Upstream, proxy: Proxy, stream: bool) -> None:
    upstream.script = says("はい。")
    gateway.publish(with_upstream(policy(upstream.url), proxy=proxy.url()))
    assert ask(gateway, stream=stream) == "はい。"
    assert proxy.lines == [f"POST {upstream.url}/chat/completions HTTP/1.1"]


@pytest.mark.parametrize("stream", [False, True])
def test_through_a_proxy_with_tls_to_the_end(
    gateway: Running, secure: Upstream, authority: Authority, proxy: Proxy, stream: bool
) -> None:
    gateway.publish(with_upstream(policy(secure.url), ca=authority.pem, proxy=proxy.url()))
    assert ask(gateway, stream=stream) == "はい。"
    assert proxy.lines == [f"CONNECT localhost:{secure.port} HTTP/1.1"]
    assert secure.calls[0].headers["authorization"] == "Bearer upstream-key"


def test_a_proxy_with_a_password(gateway: Running, secure: Upstream, authority: Authority) -> None:
    guarded = Proxy("town:secret")
    given = with_upstream(policy(secure.url), ca=authority.pem, proxy=guarded.url("town:secret@"))
    gateway.publish(given)
    assert ask(gateway) == "はい。"
    gateway.publish(with_upstream(given, proxy=guarded.url()))
    unreachable(gateway)
    guarded.close()
    gateway.publish(with_upstream(given, proxy="http://127.0.0.1:9"))
    unreachable(gateway)
    assert len(secure.calls) == 1


def test_through_a_proxy_that_towns_use(
    gateway: Running, secure: Upstream, upstream: Upstream, authority: Authority, tmp_path: Path
) -> None:
    program = shutil.which("tinyproxy")
    if program is None:
        pytest.skip("tinyproxy is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = tmp_path / "tinyproxy.conf"
    settings.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\n", encoding="ascii")
    upstream.script = says("はい。")
    with subprocess.Popen([program, "-d", "-c", str(settings)], stdout=subprocess.DEVNULL) as running:
        try:
            wait_for(lambda: _listens(port))
            through = f"http://127.0.0.1:{port}"
            gateway.publish(with_upstream(policy(secure.url), ca=authority.pem, proxy=through))
            assert ask(gateway) == ask(gateway, stream=True) == "はい。"
            gateway.publish(with_upstream(policy(upstream.url), proxy=through))
            assert ask(gateway) == ask(gateway, stream=True) == "はい。"
        finally:
            running.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "there", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "224.0.0.1", "::ffff:169.254.1.1"]
)
def test_a_name_that_leads_to_the_machines_own_link_is_not_followed(
    gateway: Running, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    asked = []

    async def names(_self: Any, host: str, port: int = 0, _family: Any = None) -> list[ResolveResult]:
        asked.append(host)
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=6, flags=0)
            for one, family in (
                ("127.0.0.1", socket.AF_INET),
                (there, socket.AF_INET6 if ":" in there else socket.AF_INET),
            )
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", names)
    gateway.publish(with_upstream(policy(f"http://ai.town.example:{upstream.port}/v1")))
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway)
    assert (caught.value.status_code, caught.value.code) == (502, "upstream_unreachable")
    assert "DNS" in str(caught.value)
    assert there not in str(caught.value)
    assert asked == ["ai.town.example"]
    assert not upstream.calls


def test_a_name_that_leads_to_a_service_is(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_upstream(policy(f"http://localhost:{upstream.port}/v1")))
    assert ask(gateway)
    assert len(upstream.calls) == 1
