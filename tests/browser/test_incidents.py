"""From a report to the stop, the decision and the lesson, in a real browser, at both widths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Town

REPORTER, OWNER, READER = "3001", "2003", "3006"
"""加藤 早苗 reports; 遠藤 美和 answers for the assistant; 𠮷岡 千代子 reads the lesson."""


def _check(page: Page, violations: Callable[[Page], list[str]]) -> None:
    """No page runs over its edge, and axe finds nothing."""
    page.wait_for_load_state()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), (
        page.url
    )
    assert not violations(page), page.url


def _report(page: Page, sample: Town, title: str, *, scripted: bool = True) -> str:
    """A report of the menu's page; gives the incident's address. Without a script the page cannot be asked for its labels."""
    page.goto(f"{sample.url}/staff/incidents/report/")
    page.locator("[name=what]").fill("窓口の案内の下書きに、要綱にない条件があった。")
    page.locator("[name=title]").fill(title)
    for name, value in (("harms", "wrong"), ("residents", "no"), ("severity", "2medium")):
        page.locator(f"[name={name}][value='{value}']").check()
    if scripted:
        page.locator("[name=system]").select_option(label=_assistant(page))
    page.locator("main form[method=post] button").click()
    expect(page.locator(".message-success")).to_be_visible()
    return page.url


def _assistant(page: Page) -> str:
    labels: list[str] = page.locator("[name=system] option").all_text_contents()
    return next(one for one in labels if "アシスタント" in one)


def _press(page: Page, link: str, button: str, **fields: str) -> None:
    page.get_by_role("link", name=link).first.click()
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".message-success")).to_be_visible()


def _finish_lists(page: Page) -> None:
    """Every step and notice that is open."""
    while page.locator("#steps ~ ul a, #notices ~ ul a").filter(has_text="記録する").count():
        page.locator("#steps ~ ul a, #notices ~ ul a").filter(has_text="記録する").first.click()
        page.locator("[name=result][value=done]").check()
        page.locator("[name=note]").fill("電話で済ませた")
        page.get_by_role("button", name="記録する", exact=True).click()
        expect(page.locator(".message-success")).to_be_visible()


def test_from_a_report_to_the_lesson(
    browser: Browser,
    context: BrowserContext,
    sample: Town,
    sign_in: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    width = context.new_page()
    title = f"要綱にない条件を案内しそうになった {width.viewport_size['width']}"  # type: ignore[index]  # it has a size
    sign_in(width, REPORTER)
    width.goto(f"{sample.url}/staff/incidents/report/")
    _check(width, violations)
    address = _report(width, sample, title)
    _check(width, violations)
    context.clear_cookies()

    page = width
    sign_in(page, OWNER)
    page.goto(address)
    page.get_by_role("button", name="対応を始める").click()
    _press(page, "措置を記録する", "記録する", text="紙の手引に切り替えた")
    page.get_by_role("link", name="AIを止める").click()
    page.locator("[name=target]").first.check()
    page.locator("[name=why]").fill("直るまで止めています")
    _check(page, violations)
    page.get_by_role("button", name="止める", exact=True).click()
    expect(page.locator("main")).to_contain_text("使うのを止める")
    page.goto(f"{sample.url}/staff/access/stops/")
    expect(page.locator("main")).to_contain_text("直るまで止めています")
    _lift(page)
    page.goto(address)
    _press(page, "収束とする", "収束とする", text="止めたので広がらない")
    _finish_lists(page)
    _press(
        page,
        "原因と手当てを書く",
        "保存する",
        cause="参照する文書が古い",
        no_prevention_why="文書を差し替えて済んだ",
    )
    _press(
        page, "教訓を書く", "保存する", title=title, happened="古い文書", learnt="版を見る", do="版を確かめる"
    )
    page.get_by_role("link", name="書き直す").first.click()
    page.locator("[name=nobody_named]").check()
    page.get_by_role("button", name="保存する").click()
    page.get_by_role("button", name="職員に公開する").click()
    _check(page, violations)
    page.goto(address)
    _check(page, violations)
    _press(page, "完了とする", "完了とする", closing_note="再発防止まで済んだ")
    expect(page.locator("h1 ~ .tag").first).to_have_text("完了")
    context.clear_cookies()

    sign_in(page, READER)
    page.get_by_role("link", name=f"教訓「{title}」を読む").click()
    page.get_by_role("button", name="読みました").click()
    expect(page.locator("main")).to_contain_text("読みました")
    _check(page, violations)


def _lift(page: Page) -> None:
    """Other tests talk to the assistant."""
    page.get_by_role("link", name="再開する").first.click()
    page.locator("[name=reason]").fill("訓練を終えたため")
    page.locator("main form button").last.click()
    expect(page.locator(".message-success")).to_be_visible()


def test_pages_without_a_script(browser: Browser, sample: Town, sign_in: Any) -> None:
    """The report is a plain form."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, REPORTER)
    address = _report(page, sample, "スクリプトなしの報告", scripted=False)
    page.goto(address)
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("[name=text]").fill("試しに送った")
    page.locator("main form[method=post] button").click()
    expect(page.locator(".message-success")).to_be_visible()
    context.close()
