"""How a service may be reached, and what is said where it cannot be reached so."""

from __future__ import annotations

import pytest

from kijun.governance.access import connection


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.5:8000/v1",
        "https://mycity.openai.azure.com",
        "http://[::1]:11434/v1",
        "https://例え.jp",
    ],
)
def test_it_works(url: str) -> None:
    assert connection.wrong_address(url) is None
    assert connection.wrong_proxy(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https:// か http:// で始まる"),
        ("api.example.jp/v1", "https:// か http:// で始まる"),
        ("ftp://api.example.jp", "https:// か http:// で始まる"),
        ("http://", "https:// か http:// で始まる"),
        ("http://a b.example.jp", "https:// か http:// で始まる"),
        ("http://h:99999/v1", "https:// か http:// で始まる"),
        ("http://h:0/v1", "https:// か http:// で始まる"),
        ("http://[::1/v1", "https:// か http:// で始まる"),
        ("http://me:secret@h/v1", "利用者名やパスワード"),
        ("http://me@h/v1", "利用者名やパスワード"),
        ("https://h/v1?key=secret", "「?」や「#」"),
        ("https://h/v1#x", "「?」や「#」"),
    ],
)
def test_each_fault_of_an_address_is_named(url: str, words: str) -> None:
    found = connection.wrong_address(url)
    assert found is not None
    assert words in found.message
    assert "secret" not in str(found)
    assert connection.wrong_proxy(url) is not None


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----", "秘"])
def test_what_is_no_certificate(text: str) -> None:
    assert connection.wrong_certificate(text) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://2852039166/v1",
        "http://0xa9fea9fe",
        "http://0251.0376.43518/",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fe80::1]/v1",
        "http://[fe80::1%25eth0]/v1",
        "http://[fd00:ec2::254]/v1",
        "http://metadata.google.internal./v1",
        "http://0.0.0.0:8000/v1",
        "http://224.0.0.1/v1",
    ],
)
def test_addresses_of_the_machines_own_link_are_none_of_a_service(url: str) -> None:
    for found in (connection.wrong_address(url), connection.wrong_proxy(url)):
        assert found is not None
        assert "リンクローカル" in found.message


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "192.168.1.5", "10.1", "169.254.example.jp"]
)
def test_addresses_of_the_house_may_be(host: str) -> None:
    assert connection.wrong_address(f"http://{host}:11434/v1") is None


@pytest.mark.parametrize(
    ("url", "gateway", "own"),
    [
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", True),
        ("http://localhost:8080", "http://127.0.0.1:8080/v1", True),
        ("http://[::1]:8080/v1/", "http://0.0.0.0:8080/v1", True),
        ("https://AI.town.example.jp:443/v1", "https://ai.town.example.jp/v1", True),
        ("http://127.0.0.1:8081/v1", "http://127.0.0.1:8080/v1", False),
        ("https://ai.town.example.jp/llm/v1", "https://ai.town.example.jp/v1", False),
        ("http://10.0.0.5:8080/v1", "http://127.0.0.1:8080/v1", False),
        ("http://10.0.0.5:8080/v1", "", False),
    ],
)
def test_the_gateway_is_no_service_of_its_own(url: str, gateway: str, own: bool) -> None:
    assert (connection.wrong_way(url, gateway) is not None) is own


def test_keys_and_headers() -> None:
    assert connection.wrong_key("") is None
    assert connection.wrong_key("sk-abc_123") is None
    for key in ("鍵", "two words", "line\nbreak"):
        assert connection.wrong_key(key) is not None
    assert connection.wrong_headers({"X-Org": "1 2"}) is None
    for headers in (
        {"Host": "x"},
        {"content-length": "1"},
        {"a b": "x"},
        {"X": ""},
        {"X": "値"},
        {"X": "a\r\nB: c"},
    ):
        assert connection.wrong_headers(headers) is not None
