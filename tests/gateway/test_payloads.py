"""What is a picture or a file inside of JSON, and what only stands in its place."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from kijun.gateway.payloads import bare, bare_all, is_document, is_payload, media_type

DATA = base64.b64encode(bytes(range(256))).decode()
PNG = f"data:image/png;base64,{DATA}"


def test_a_picture_is_one() -> None:
    assert bare(PNG) is PNG
    assert is_payload(PNG)
    assert not is_document(PNG)
    assert is_payload(DATA)
    assert is_payload("data:image/png;base64,iVBORw0KGgo=")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(DATA[at : at + 76] for at in range(0, len(DATA), 76)),
        base64.urlsafe_b64encode(bytes(range(256)) * 3).decode(),
        DATA.rstrip("="),
    ],
)
def test_base64_of_other_hands(text: str) -> None:
    assert is_payload(text)
    assert is_payload(f"data:audio/wav;base64,{text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "山田太郎" * 100,
        "taro yamada lives in the second ward " * 10,
        "123456789018",
        "iVBORw0KGgo=",
        "data:image/png,山田太郎",
        "data:image/png;base64,山田太郎",
        "data:image/png;base64,123456789018",
        "data:image/png;base64,taro yamada lives in the second ward",
        "data:image/png",
        "https://example.jp/a.png",
        f"data:text/plain;base64,{DATA}",
        f"{DATA}.{DATA}",
    ],
)
def test_what_is_read_instead(text: str) -> None:
    assert not is_payload(text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("audio/wav", "audio/wav"),
        ("audio/webm; codecs=opus", "audio/webm;codecs=opus"),
        ("text/plain;charset=utf-8;base64", "text/plain;charset=utf-8;base64"),
        ("text/plain;name=yamada_taro.txt;base64", "text/plain;base64"),
        ("text/plain;charset=090-1234-5678", "text/plain"),
        ("audio/x-090-1234-5678", "application/octet-stream"),
        ("山田太郎", "application/octet-stream"),
        (";base64", ";base64"),
        ("", ""),
    ],
)
def test_of_a_content_type_only_the_type_is_kept(given: str, kept: str) -> None:
    assert media_type(given) == kept


def test_data_urls_lose_their_parameters_wherever_they_stand() -> None:
    named = PNG.replace(";", ";name=yamada.png;")
    held: dict[str, Any] = {"url": named, "more": [named, {"x": named}, 5], "text": "data", "no": "data:x"}
    bare_all(held)
    assert held == {"url": PNG, "more": [PNG, {"x": PNG}, 5], "text": "data", "no": "data:x"}


@pytest.mark.parametrize(
    ("url", "so"),
    [
        ("data:text/plain,a", True),
        ("data:,a", True),
        ("DATA:application/pdf;base64,", True),
        ("data:application/octet-stream;base64,", False),
        ("data:IMAGE/png;base64,", False),
        ("https://example.jp/", False),
    ],
)
def test_documents_can_be_read(url: str, so: bool) -> None:
    assert is_document(url) is so
