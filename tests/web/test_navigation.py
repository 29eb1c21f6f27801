from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client, RequestFactory
from django.utils import translation

from kijun.governance.accounts.models import Person
from kijun.web import navigation

ClientOf = Callable[[Person], Client]


def menu_on(client: Client, path: str) -> list[navigation.Group]:
    shown: list[navigation.Group] = client.get(path).context["menu"]()
    return shown


@pytest.fixture
def registered() -> Iterator[list[navigation.Link]]:
    """Links that a test adds are taken away again."""
    before = len(navigation._links)
    yield navigation._links
    del navigation._links[before:]


def test_a_person_sees_the_links_that_open(staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    shown = [link.url for group in menu_on(client, "/staff/") for link in group.links]

    assert "/staff/" in shown
    assert all(client.get(url).status_code == 200 for url in shown)


def test_an_administrator_finds_settings(administrator: Person, staff: Person, client_of: ClientOf) -> None:
    def groups(person: Person) -> list[str]:
        return [group.key for group in menu_on(client_of(person), "/staff/")]

    assert "settings" in groups(administrator)
    assert "settings" not in groups(staff)


def test_a_link_belongs_to_a_group() -> None:
    with pytest.raises(ValueError, match="no such group"):
        navigation.register(navigation.Link("nowhere", "x", "x"))


def test_a_page_is_linked_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        navigation.register(navigation.Link("home", "x", "home"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_says_what_it_is_for(language: str) -> None:
    with translation.override(language):
        without = [link.url_name for link in navigation.links() if not str(link.about).strip()]
        abouts = [str(link.about) for link in navigation.links()]
    assert not without
    assert len(set(abouts)) == len(abouts)


def test_only_the_group_of_the_page_stands_open(it_staff: Person, client_of: ClientOf) -> None:
    page = BeautifulSoup(client_of(it_staff).get("/staff/systems/").content, "html.parser")
    open_ = page.select(".menu details.menu-group[open]")

    assert [one.summary.get_text(strip=True) for one in open_ if one.summary] == ["台帳"]
    assert len(page.select(".menu details.menu-group")) > 4
    marked = page.select(".menu [aria-current]")
    assert [(one.get_text(strip=True), one["aria-current"]) for one in marked] == [("AIシステム", "page")]


def test_below_a_page_its_link_is_the_place_but_not_the_page(it_staff: Person, client_of: ClientOf) -> None:
    page = BeautifulSoup(client_of(it_staff).get("/staff/systems/new/").content, "html.parser")

    marked = page.select(".menu [aria-current]")
    assert [(one.get_text(strip=True), one["aria-current"]) for one in marked] == [("AIシステム", "true")]


def test_at_home_every_group_is_closed(it_staff: Person, client_of: ClientOf) -> None:
    page = BeautifulSoup(client_of(it_staff).get("/staff/").content, "html.parser")

    assert not page.select(".menu details.menu-group[open]")
    assert [one.get_text(strip=True) for one in page.select(".menu [aria-current=page]")] == ["ホーム"]


def test_of_pages_below_each_other_the_nearest_is_current(staff: Person, client_of: ClientOf) -> None:
    groups = menu_on(client_of(staff), "/staff/evidence/findings/")
    current = [link.url for group in groups for link in group.links if link.current]

    assert current == ["/staff/evidence/findings/"]


def test_a_closed_group_tells_how_much_waits_on_its_pages(
    staff: Person, client_of: ClientOf, registered: list[navigation.Link]
) -> None:
    registered.append(navigation.Link("settings", "甲", "search", count=lambda request: 2))
    registered.append(navigation.Link("settings", "乙", "pages", count=lambda request: 3))
    client = client_of(staff)
    group = next(one for one in menu_on(client, "/staff/") if one.key == "settings")
    page = BeautifulSoup(client.get("/staff/").content, "html.parser")

    assert group.count == 5
    summary = next(one for one in page.select(".menu summary") if "設定" in one.get_text())
    assert summary.get_text(strip=True) == "設定5件が待っています"


def test_the_page_of_all_pages(staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    answer = client.get("/staff/pages/")
    page = BeautifulSoup(answer.content, "html.parser")
    shown = {str(one["href"]) for one in page.select("main dt a")}
    menu = {link.url for group in answer.context["menu"]() for link in group.links}

    assert shown == menu
    assert all(one.get_text(strip=True) for one in page.select("main dd"))
    assert page.select_one(".menu-all a[aria-current=page]")


def test_the_page_of_all_pages_is_for_who_is_signed_in(client: Client, db: None) -> None:
    assert client.get("/staff/pages/").status_code == 302


def test_pages_come_first_among_what_is_found(it_staff: Person, client_of: ClientOf) -> None:
    page = BeautifulSoup(client_of(it_staff).get("/staff/search/", {"q": "停止"}).content, "html.parser")

    assert page.select("main h2")[0].get_text(strip=True) == "メニュー"
    assert [one["href"] for one in page.select("main ul")[0].select("a")] == ["/staff/access/stops/"]


def test_pages_are_found_by_name_group_and_purpose(it_staff: Person, staff: Person) -> None:
    def found(person: Person, words: str) -> list[str]:
        request: Any = RequestFactory().get("/")
        request.user = person
        return [hit.url for hit in navigation.find(request, words)]

    assert "/staff/systems/" in found(it_staff, "ａｉシステム")
    assert "/staff/access/stops/" in found(it_staff, "すぐに 止める")
    assert found(it_staff, "すぐに 飛ぶ") == []
    assert found(staff, "操作の記録") == [], "not what this person may not open"
