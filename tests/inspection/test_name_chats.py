"""Who speaks in a chat whose lines begin with the time, and schedules that look alike."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    text = "【14:02】瀬尾 → あとで変えてね\n【14:03】Kim → 了解。\n【14:03】瀬尾 → 👍"
    assert people(text) == ["瀬尾", "Kim", "瀬尾"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("10:15 蛭田: 印刷が終わりました\n10:16 蓮見: ありがとうございます", ["蛭田", "蓮見"]),
        ("[2026/10/03 09:12] 折原 > 鍵は返しましたか？\n[2026/10/03 09:13] Maria > はい", ["折原", "Maria"]),
        ("(9:15) 八木沢「会議室は空いていますか」", ["八木沢"]),
    ],
)
def test_every_form(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "【10:00】受付 → 開場\n【10:30】本部 → 放送を流す",
        "09:00 本庁 → 支所",
        "10:00 受付: 名札を渡します\n10:30 石川: 開会のあいさつがあります",
        "09:12 ERROR: 接続できません\n10:01 System: はい",
        "",
    ],
)
def test_what_is_no_chat(text: str) -> None:
    assert people(text) == []
