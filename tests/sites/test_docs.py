"""What the pages for people say is there: menu entries, and the files that they link to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from kijun.web import navigation

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def named(page: Path) -> set[tuple[str, str]]:
    """Every 「グループ › 項目」 of the page whose first part is a group of the menu."""
    text = page.read_text(encoding="utf-8")
    with translation.override("ja"):
        groups = "|".join(re.escape(str(title)) for title in navigation.GROUPS.values())
    return set(re.findall(rf"({groups}) › ([^\s」：:、（）›]+)", text))


def test_the_first_day_walks_through_the_menu() -> None:
    assert named(ROOT / "docs" / "first-day.md") == named(ROOT / "docs" / "first-day.ja.md")
    assert len(named(ROOT / "docs" / "first-day.md")) >= 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_named_of_the_menu_is_there(page: Path) -> None:
    with translation.override("ja"):
        menu = {(str(navigation.GROUPS[link.group]), str(link.label)) for link in navigation.links()}
    assert named(page) <= menu


def test_the_manual_shows_the_whole_menu() -> None:
    """Its table of groups and items, in the order in which they stand."""
    text = (ROOT / "docs" / "manual.ja.md").read_text(encoding="utf-8")
    table = text.partition("| グループ | 項目 |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.M))
    with translation.override("ja"):
        menu = {
            str(title): "、".join(
                str(link.label)
                for link in sorted(navigation.links(), key=lambda link: link.order)
                if link.group == key
            )
            for key, title in navigation.GROUPS.items()
        }
    told.pop("---", None)
    assert told == {title: items for title, items in menu.items() if items}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    files = {target.partition("#")[0] for target in targets if not target.startswith(("http", "#"))}
    assert {name for name in files if not (page.parent / name).exists()} == set()
