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
