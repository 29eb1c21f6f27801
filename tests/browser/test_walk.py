"""A newcomer's walk: register an AI system, assess its risk, read what residents read. Seen at both widths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import WIDTHS, Town

NEXT = "保存して次へ進む"


@pytest.fixture(params=["script", "no script"])
def either(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page in a browser with JavaScript, and in one without."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="ja-JP",
        java_script_enabled=request.param == "script",
        reduced_motion="reduce",  # a page that still glides to its place cannot be clicked
    )
    yield context.new_page()
    context.close()


def register(page: Page, url: str, name: str) -> None:
    """The guided form, one topic a page, to check-your-answers and the end."""
    page.goto(f"{url}/staff/systems/new/")
    page.get_by_role("button", name="登録を始める").click()
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_label("概要").fill("窓口への問い合わせの下書きをつくる。")
    page.locator("[name=field]").fill("福祉")
    page.get_by_label("生成").check()
    page.get_by_role("button", name=NEXT).click()
    page.get_by_label("解決したい課題").fill("返事をつくるのに時間がかかる。")
    page.get_by_label("見込む効果").fill("1件30分を10分にする。")
    page.get_by_role("button", name=NEXT).click()
    page.locator("[name=provider_department]").select_option(index=1)
    page.locator("[name=user_departments]").first.check()
    page.locator("[name=owner]").select_option(index=1)
    page.locator("[name=support_contact]").fill("内線 1")
    page.get_by_role("button", name=NEXT).click()
    page.locator("[name=network]").first.check()
    for question in ("external_service", "shared_use"):
        page.locator(f"[name={question}]").last.check()
    page.get_by_role("button", name=NEXT).click()
    page.locator("[name=data_kinds][value=none]").check()
    for question in ("abroad", "learns"):
        page.locator(f"[name={question}]").last.check()
    page.locator("[name=training][value=off_confirmed]").check()
    page.locator("[name=training_checked_on]").fill("R8.4.1")
    page.get_by_role("button", name=NEXT).click()
    page.locator("[name=resident_facing]").last.check()
    page.get_by_label("影響を受ける人").fill("窓口に来る人")
    page.get_by_label("人による確認").fill("職員が読んで直す。")
    page.get_by_role("button", name=NEXT).click()
    expect(page.get_by_role("heading", name="登録内容の確認")).to_be_visible()
    page.get_by_role("button", name="登録する").click()


def test_register_and_assess(either: Page, sample: Town, sign_in: Callable[[Page, str], None]) -> None:
    page = either
    name = "問い合わせ返信の下書き" + str(abs(hash(page)))[:6]
    sign_in(page, "it_staff")
    register(page, sample.url, name)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)

    page.goto(page.url.rstrip("/") + "/risk/")
    page.get_by_role("button", name="リスクを評価する").click()
    page.locator("[name=public_authority][value=none]").check()
    page.get_by_role("button", name=NEXT).click()
    page.locator("[name=data_subjects][value=none]").check()
    page.get_by_role("button", name=NEXT).click()
    for field in page.locator("main fieldset").all():
        field.locator("input[type=radio]").first.check()
    with page.expect_navigation():  # else the heading that is read next may still be this page's
        page.get_by_role("button", name=NEXT).click()
    for _principle in range(12):
        if not page.get_by_role("heading", level=1).inner_text().startswith("原則"):
            break
        for end in ("applies'][value=yes", "harm'][value='2'", "likelihood'][value='2'"):
            for radio in page.locator(f"main input[type=radio][name$='-{end}]").all():
                radio.check()
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("保存して(次の原則へ進む|結果を見る)")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("結果")
    expect(page.get_by_role("heading", name="この区分になった理由")).to_be_visible()
    page.get_by_role("button", name="評価を完了する").click()
    expect(page.locator("main")).to_contain_text("有効")


def test_an_answer_asks_for_what_its_status_needs(
    either: Page, sample: Town, sign_in: Callable[[Page, str], None]
) -> None:
    page = either
    sign_in(page, "it_staff")
    page.goto(f"{sample.url}/staff/assessments/")
    page.get_by_role("link", name=re.compile("庁内の生成AIアシスタント")).first.click()
    page.get_by_role("link", name=re.compile("次の未回答")).first.click()

    control = page.url.partition("#")[2]
    form = page.locator(f"[id='{control}'] form.answer")
    reason, day, statement = (
        form.locator(f"[name={name}]") for name in ("reason", "planned_on", "attestation")
    )
    for hidden in (reason, day, statement):
        expect(hidden).to_be_hidden()
    form.get_by_label("予定", exact=True).check()
    expect(reason).to_be_visible()
    expect(day).to_be_visible()
    expect(statement).to_be_hidden()
    form.get_by_label("実施済", exact=True).check()
    expect(day).to_be_hidden()

    form.get_by_label("未実施", exact=True).check()
    form.get_by_role("button", name="保存する", exact=True).click()
    expect(form.locator(".error-text")).to_contain_text("実施していない理由")
    form.locator("[name=reason]").fill("担当者が決まっていない。")
    form.get_by_role("button", name="保存する", exact=True).click()
    expect(form.locator("[name=reason]")).to_have_value("担当者が決まっていない。")
    expect(form.locator(".error-text")).to_have_count(0)


def test_what_was_typed_survives_an_error(
    page: Page, sample: Town, sign_in: Callable[[Page, str], None]
) -> None:
    sign_in(page, "it_staff")
    page.goto(f"{sample.url}/staff/reports/issued/new/")
    page.get_by_label("件名").fill("十二月議会への報告")
    page.get_by_label("報告した日").fill("令和8年2月30日")
    page.get_by_role("button", name="記録する").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2月30日")
    expect(page.get_by_label("件名")).to_have_value("十二月議会への報告")
    summary.get_by_role("link").last.click()
    expect(page.get_by_label("報告した日")).to_be_focused()


def test_what_was_typed_survives_the_end_of_the_session(
    page: Page, sample: Town, sign_in: Callable[[Page, str], None]
) -> None:
    sign_in(page, "it_staff")
    page.goto(f"{sample.url}/staff/systems/new/")
    page.get_by_role("button", name="登録を始める").click()
    address = page.url
    page.get_by_label("名称", exact=True).fill("失いたくない名称")
    page.get_by_label("予測").check()
    page.context.clear_cookies(name="kijun_session")
    page.get_by_role("button", name=NEXT).click()
    number, password = sample.passwords["it_staff"]
    page.locator("[name=staff_number]").fill(number)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(address)
    expect(page.get_by_label("名称", exact=True)).to_have_value("失いたくない名称")
    expect(page.get_by_label("予測")).to_be_checked()
    expect(page.get_by_role("status")).to_contain_text("戻しました")
    page.get_by_label("名称", exact=True).fill("名称")
    page.get_by_role("button", name="保存して中断する").click()
    expect(page.locator("main")).to_contain_text("下書きを保存しました")
    page.goto(address)
    expect(page.get_by_label("名称", exact=True)).to_have_value("名称")


def test_by_keyboard_alone(browser: Browser, sample: Town) -> None:
    """Sign in, jump over the menu, open a menu of one's own and leave, without a mouse."""
    width, height = WIDTHS["desktop"]
    page = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP").new_page()
    number, password = sample.passwords["it_staff"]
    page.goto(f"{sample.url}/staff/people/sign-in/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    focus(page, "[name=staff_number]")
    page.keyboard.type(number)
    focus(page, "[name=password]")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/staff/(#main)?$"))

    focus(page, ".person > summary")
    page.keyboard.press("Enter")
    expect(page.locator(".person-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".person-menu")).to_be_hidden()
    expect(page.locator(".person > summary")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def focus(page: Page, selector: str, limit: int = 60) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _press in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"never reached {selector}")


def test_residents_read_in_three_languages(page: Page, sample: Town) -> None:
    page.goto(f"{sample.url}/towns/{sample.code}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("みちしるべ市")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="やさしい日本語").click()
    expect(page.locator("main ruby").first).to_be_visible()
    page.locator("main h3 a, main .card a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/ai/" in page.url


def test_residents_need_neither_script_nor_mouse(browser: Browser, sample: Town) -> None:
    """Language, search and one AI by the keyboard alone, with JavaScript switched off."""
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{sample.url}/towns/{sample.code}/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("link", name="やさしい日本語").press("Enter")
    expect(page.locator("main ruby").first).to_be_visible()
    page.locator("#q").fill("かいご")
    page.locator("#q").press("Enter")
    expect(page.locator(".ai-card")).to_have_count(1)
    page.locator(".ai-card h3 a").press("Enter")
    expect(page.locator("main ruby").first).to_be_visible()
    summary = page.locator("details.more > summary").first
    summary.press("Enter")
    expect(page.locator("details.more").first).to_have_attribute("open", "")
    context.close()


def test_a_page_that_is_not_there_helps(page: Page, sample: Town) -> None:
    response = page.goto(f"{sample.url}/staff/systems/999999/")

    assert response is not None
    assert "/sign-in/" in page.url or response.status == 404
