"""What views do again and again."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import RequestFactory

from kijun.web.doing import back, filled, pressed, revision


def request(**values: Any) -> HttpRequest:
    made = RequestFactory().post("/staff/", values)
    made._messages = CookieStorage(made)  # type: ignore[attr-defined]  # as the middleware does
    return made


def told(of: HttpRequest) -> list[str]:
    return [str(one) for one in get_messages(of)]


def test_it_works() -> None:
    asked = request()
    answer = pressed(asked, "/staff/there/", "保存しました。", lambda: None)
    assert answer.headers["location"] == "/staff/there/"
    assert told(asked) == ["保存しました。"]


def test_a_refusal_is_told() -> None:
    def refuse() -> None:
        raise ValidationError("もう終わっています。")

    asked = request()
    pressed(asked, "/staff/there/", "保存しました。", refuse)
    assert told(asked) == ["もう終わっています。"]


@pytest.mark.parametrize(
    ("sent", "wanted"), [("3", 3), ("", None), ("x", None), ("9" * 12, None), ("-1", None)]
)
def test_the_revision_that_a_button_carries(sent: str, wanted: int | None) -> None:
    assert revision(request(revision=sent)) == wanted


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("/staff/chat/", "/staff/chat/"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("", "/home/"),
    ],
)
def test_the_way_back_is_ours(sent: str, wanted: str) -> None:
    assert back(request(next=sent), "/home/") == wanted


class OneForm(forms.Form):
    text = forms.CharField()


def test_a_refusal_stands_beside_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, Any] = {}
    monkeypatch.setattr("kijun.web.doing.render", lambda *_args, status: shown.update(status=status))

    def save(_data: dict[str, Any]) -> tuple[str, str]:
        raise ValidationError({"text": ["長すぎます。"]})

    form = OneForm({"text": "あ"})
    filled(request(text="あ"), "page.html", form, {}, save)
    assert shown == {"status": 422}
    assert form.errors["text"] == ["長すぎます。"]
