from collections.abc import Callable

import pytest
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.web import navigation


def test_a_person_sees_the_links_that_open(staff: Person, client_of: Callable[[Person], Client]) -> None:
    client = client_of(staff)
    page = client.get("/staff/")
    shown = [link.url for _title, links in page.context["menu"]() for link in links]

    assert "/staff/" in shown
    assert all(client.get(url).status_code == 200 for url in shown)


def test_an_administrator_finds_settings(
    administrator: Person, staff: Person, client_of: Callable[[Person], Client]
) -> None:
    def groups(person: Person) -> list[str]:
        return [str(title) for title, _links in client_of(person).get("/staff/").context["menu"]()]

    assert "設定" in groups(administrator)
    assert "設定" not in groups(staff)


def test_a_link_belongs_to_a_group() -> None:
    with pytest.raises(ValueError, match="no such group"):
        navigation.register(navigation.Link("nowhere", "x", "x"))


def test_a_page_is_linked_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        navigation.register(navigation.Link("home", "x", "home"))
