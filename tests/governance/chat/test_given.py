"""Sources that the AI's service gave with an answer: shown, opened, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.chat import sources
from kijun.governance.chat.models import OpenedGiven, Turn
from tests.gateway.upstream import Upstream, chat_events, chunk, event, streams

ClientOf = Callable[[Person], Client]
URL = "https://www.example.jp/tennyu.html"


def with_sources(*given: dict[str, Any], text: str = "14日以内です[1]。") -> Any:
    first, *rest = chat_events([text])
    return streams(first, event(chunk({"annotations": list(given)})), *rest)


def cited(url: str = URL, title: str = "転入の手続") -> dict[str, Any]:
    return {"type": "url_citation", "url_citation": {"url": url, "title": title}}


@pytest.fixture
def turn(gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream) -> Turn:
    upstream.script = with_sources(cited())
    client_of(staff).post(f"/staff/chat/send/{grant.pk}/", {"text": "転入届の期限は？"})
    return Turn.objects.get()


def test_it_works(turn: Turn, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    page = client.get(f"/staff/chat/{turn.conversation_id}/").content.decode()
    assert 'id="source-1-1"' in page
    assert '<a href="#source-1-1">[1]</a>' in page
    assert "出典は未確認" in page
    here = f"/staff/chat/answers/{turn.interaction}/1/"
    told = client.get(here).content.decode()
    assert URL in told
    assert "市町村が確かめた文書ではありません" in told
    assert not OpenedGiven.objects.exists(), "reading where it leads is not opening it"
    gone = client.get(f"{here}open/")
    assert (gone.status_code, gone.headers["location"]) == (302, URL)
    assert gone.headers["referrer-policy"] == "no-referrer"
    client.get(f"{here}open/")
    assert OpenedGiven.objects.count() == 1
    assert [one.opened for one in sources.find(staff, turn.interaction)] == [True]


def test_a_source_without_an_address_is_opened_by_reading_it(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    upstream.script = with_sources(
        {"type": "file_citation", "file_citation": {"filename": "要綱.pdf", "quote": "第3条 転入は…"}}
    )
    client = client_of(staff)
    client.post(f"/staff/chat/send/{grant.pk}/", {"text": "転入届の期限は？"})
    here = f"/staff/chat/answers/{Turn.objects.get().interaction}/1/"
    assert "第3条 転入は…" in client.get(here).content.decode()
    assert OpenedGiven.objects.count() == 1
    assert client.get(f"{here}open/").status_code == 404


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/", "http://[", "ftp://x/"]
)
def test_what_is_no_address_of_the_web_leads_nowhere(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream, url: str
) -> None:
    upstream.script = with_sources(cited(url, "題"))
    client = client_of(staff)
    client.post(f"/staff/chat/send/{grant.pk}/", {"text": "転入届の期限は？"})
    here = f"/staff/chat/answers/{Turn.objects.get().interaction}/1/"
    assert "出典を新しいタブで開く" not in client.get(here).content.decode()
    assert client.get(f"{here}open/").status_code == 404


def test_it_is_nobody_elses(turn: Turn, it_staff: Person, outsider: Person, client_of: ClientOf) -> None:
    here = f"/staff/chat/answers/{turn.interaction}/1/"
    for other in (it_staff, outsider):
        for address in (here, f"{here}open/"):
            assert client_of(other).get(address).status_code in (403, 404)
    assert not OpenedGiven.objects.exists()
    assert Client().get(here).status_code == 302


def test_a_forged_place_is_not_there(turn: Turn, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    assert client.get(f"/staff/chat/answers/{turn.interaction}/2/").status_code == 404
    assert client.get("/staff/chat/answers/no-such/1/open/").status_code == 404
