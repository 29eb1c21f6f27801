"""Every page that a person reaches by links, looked at by axe-core at desktop and phone width."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import WIDTHS, Town

SKIPPED = re.compile(
    r"(format=|/files?/|download|\.(xlsx|pdf|docx|csv|json|jsonld)$|/static/|template|export|/(pdf|xlsx|docx|sheet|excel)/)"
)

ROLES = ("it_staff", "administrator", "staff", "approver", "executive", "auditor")


def shape(url: str) -> str:
    """Pages of the same kind: numbers and queries do not make another page."""
    return re.sub(r"\d+", "N", urlsplit(url).path)


def crawl(
    page: Page, start: str, visit: Callable[[Page, str], None], seen: set[str], limit: int = 250
) -> list[str]:
    """Visit one page of each kind that links reach from ``start`` on the same host; ``seen`` kinds are passed over."""
    host = urlsplit(start).netloc
    waiting, visited = [start], []
    seen.add(shape(start))
    while waiting and len(visited) < limit:
        url = waiting.pop(0)
        response = page.goto(url)
        assert response is not None
        assert response.status < 400, f"{response.status} {url}"
        visit(page, url)
        visited.append(url)
        for link in page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)"):
            clean = urldefrag(link)[0]
            if urlsplit(clean).netloc != host or SKIPPED.search(clean) or shape(clean) in seen:
                continue
            seen.add(shape(clean))
            waiting.append(clean)
    return visited


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for both widths: a page is asked for once and looked at in each."""
    made = browser.new_context(locale="ja-JP")
    yield made
    made.close()


def looked_at(page: Page, violations: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with the page that is open, at desktop and at phone width."""
    found: list[str] = []
    for name, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"at {name} width: {one}" for one in violations(page)]
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 1:
            found.append(f"at {name} width: {overflow}px wider than the window")
    return found


def test_no_violation_on_any_page(
    window: BrowserContext,
    sample: Town,
    sign_in: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    """Role after role; each starts at its home page and sees what those before it did not."""
    problems: list[str] = []
    role = ""

    def visit(page: Page, url: str) -> None:
        problems.extend(f"{role} {urlsplit(url).path} {one}" for one in looked_at(page, violations))

    seen: set[str] = set()
    for role in ROLES:
        window.clear_cookies()
        page = window.new_page()
        sign_in(page, role)
        pages = crawl(page, f"{sample.url}/staff/", visit, seen)
        assert pages
        page.close()
    assert len(seen) > 80
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
def test_no_violation_on_residents_pages(
    window: BrowserContext, sample: Town, violations: Callable[[Page], list[str]], language: str
) -> None:
    problems: list[str] = []

    def visit(page: Page, url: str) -> None:
        problems.extend(f"{url} {one}" for one in looked_at(page, violations))

    page = window.new_page()
    visited = crawl(page, f"{sample.url}/?lang={language}", visit, set())
    assert len(visited) >= 8
    assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "ja")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", ["/staff/people/sign-in/", "/no-such-page", "/staff/set-up/"])
def test_no_violation_before_signing_in(
    page: Page, sample: Town, path: str, violations: Callable[[Page], list[str]]
) -> None:
    page.goto(sample.url + path)
    assert not violations(page)
