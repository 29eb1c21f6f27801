"""A document on its way to an answer: registered, approved, quoted, opened by the person who asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Town
from tests.browser.test_reviews import APPROVER, CLERK, SignIn, Violations, ask, fits, windows

__all__ = ["windows"]

TEXT = """公用車の使用の手引

第1 予約
公用車を使う職員は、使う日の3開庁日前までに、管財係の予約表に書き入れる。

第2 返却
使ったあとは、走行距離を運転日誌に書き、鍵を管財係の鍵箱に戻す。燃料が半分を切ったときは、給油してから返す。
"""


def test_it_works(
    sample: Town, sign_in: SignIn, violations: Violations, windows: Callable[[str], Page], tmp_path: Path
) -> None:
    clerk, approver = windows("phone"), windows("desktop")
    sign_in(clerk, CLERK)
    clerk.goto(f"{sample.url}/staff/chat/documents/")
    clerk.get_by_role("link", name="庁内の手引（見本）").click()
    clerk.get_by_role("link", name="文書を登録する").click()
    (tmp_path / "car.txt").write_text(TEXT, encoding="utf-8")
    clerk.locator("input[name=title]").fill("公用車の手引")
    clerk.locator("input[type=file]").set_input_files(tmp_path / "car.txt")
    clerk.locator("input[name=dated]").fill("令和8年4月1日")
    clerk.locator("input[name=review_by]").fill("令和9年3月31日")
    clerk.locator("main form .buttons button").first.click()
    expect(clerk.locator("h1")).to_contain_text("公用車の手引")
    fits(clerk, violations)
    clerk.get_by_role("button", name="決裁に出す").click()
    expect(clerk.locator("main")).to_contain_text("決裁中")

    sign_in(approver, APPROVER)
    approver.locator("main a", has_text="公用車の手引").first.click()
    decision = approver.url
    approver.get_by_role("link", name="本文を読む").click()
    expect(approver.locator("main")).to_contain_text("運転日誌")
    fits(approver, violations)
    approver.goto(decision)
    approver.locator("#decide input[type=radio]").first.check()
    approver.locator("#decide button").click()
    approver.locator("main form").get_by_role("button", name="承認する").click()
    expect(approver.locator("main")).to_contain_text("決裁しました")

    # The sample runs without jobs; this is the one that follows an approval.
    command = [sys.executable, "-m", "kijun.cli", "documents", "rebuild", "--as", "2002"]
    subprocess.run(command, env={**os.environ, "KIJUN_HOME": str(sample.home)}, check=True, timeout=60)
    ask(clerk, sample, "庁内の決まりを調べる", "公用車は何日前までに予約しますか。")
    expect(clerk.locator("#turn-1 .answer")).to_contain_text("3開庁日前まで")
    source = clerk.locator("#turn-1 .sources li").filter(has_text="公用車の手引").first
    expect(source).to_contain_text("出典は未確認")
    source.locator("a").click()
    expect(clerk.locator("main")).to_contain_text("管財係の予約表")
    fits(clerk, violations)
    clerk.get_by_role("link", name="回答に戻る").click()
    source = clerk.locator("#turn-1 .sources li").filter(has_text="公用車の手引").first
    expect(source).to_contain_text("開きました")
    fits(clerk, violations)
