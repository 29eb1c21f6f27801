"""The home page: what to do first, and by when, before anything else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Municipality

ClientOf = Callable[[Person], Client]


def task(title: str, days: int | None = None) -> waiting.Task:
    due = None if days is None else timezone.localdate() + datetime.timedelta(days=days)
    return waiting.Task(title, "試験の仕事", "/staff/systems/", due)


def page_of(client: Client, path: str = "/staff/") -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "html.parser")


def lines(page: BeautifulSoup) -> list[str]:
    return [" ".join(one.get_text(" ", strip=True).split()) for one in page.select("#waiting ~ .tasks > li")]


def test_it_works(client_of: ClientOf, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = [task("いつでも"), task("遅れた仕事", -3), task("近い仕事", 2), task("遠い仕事", 40)]
    monkeypatch.setattr(waiting, "_sources", [lambda person: mine if person.pk == staff.pk else []])
    page = page_of(client_of(staff))

    assert [line.split()[0] for line in lines(page)] == ["遅れた仕事", "近い仕事", "いつでも", "遠い仕事"]
    assert lines(page)[0].endswith("3日超過"), "in words, not by colour alone"
    assert lines(page)[1].endswith("あと2日")
    assert lines(page)[2] == "いつでも 試験の仕事"
    assert "期限超過 1件" in page.select("#waiting")[0].get_text()


def test_what_waits_comes_before_figures(client_of: ClientOf, it_staff: Person) -> None:
    parts = [one["aria-labelledby"] for one in page_of(client_of(it_staff)).select("main section.home-part")]

    assert parts.index("waiting") == 0
    assert "standing" in parts


def test_nothing_waits(client_of: ClientOf, staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_sources", [])
    page = page_of(client_of(staff))

    assert not page.select(".tasks")
    assert "今、あなたを待っていることはありません" in page.get_text()


def test_who_may_use_no_ai_is_told_what_to_do(client_of: ClientOf, staff: Person, executive: Person) -> None:
    page = page_of(client_of(staff))
    assert "今、あなたが使えるAIはありません" in page.get_text()
    assert page.select_one('main a[href="/staff/chat/"]')

    assert "あなたが使えるAI" not in page_of(client_of(executive)).get_text(), "nobody asked for it"


def test_what_waits_for_somebody_else_is_not_shown(
    client_of: ClientOf, staff: Person, outsider: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        waiting, "_sources", [lambda person: [task("内密の仕事")] if person.pk == staff.pk else []]
    )

    assert "内密の仕事" in page_of(client_of(staff)).get_text()
    assert "内密の仕事" not in page_of(client_of(outsider)).get_text()


def test_it_asks_who_is_not_signed_in_to_sign_in(client: Client, town: Municipality) -> None:
    answer = client.get("/staff/")

    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]
