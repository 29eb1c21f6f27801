import json
import threading

import pytest

from kijun.inspection import placeholders as module
from kijun.inspection.placeholders import BrokenPlaceholders, Placeholders, TooManyPlaceholders


def test_it_works():
    table = Placeholders()
    assert table.give("PERSON", "山田太郎") == "⟦氏名1⟧"
    assert table.give("PERSON", "佐藤花子") == "⟦氏名2⟧"
    assert table.give("ADDRESS", "東京都新宿区西新宿2-8-1") == "⟦住所1⟧"
    assert table.give("PERSON", "山田太郎") == "⟦氏名1⟧"
    assert len(table) == 3


def test_another_spelling_says_whose_it_is():
    table = Placeholders()
    assert table.give("PERSON", "山田太郎") == "⟦氏名1⟧"
    assert table.give("PERSON", "山田　太郎") == "⟦氏名1別表記2⟧"
    assert table.give("PERSON", "佐藤花子") == "⟦氏名2⟧"
    assert table.give("PERSON", "山田 太郎") == "⟦氏名1別表記3⟧"
    assert table.give("PERSON", "山田　太郎") == "⟦氏名1別表記2⟧"


def test_the_same_words_of_another_type_are_another_thing():
    table = Placeholders()
    assert table.give("PERSON", "福島") == "⟦氏名1⟧"
    assert table.give("ADDRESS", "福島") == "⟦住所1⟧"


def test_a_type_without_a_name_has_a_placeholder_too():
    table = Placeholders()
    assert [table.give("OTHER", "あ"), table.give("ANOTHER", "あ")] == ["⟦情報1⟧", "⟦情報2⟧"]


def test_it_is_kept_and_goes_on_where_it_was():
    table = Placeholders()
    for value in ("山田太郎", "山田 太郎", "佐藤花子"):
        table.give("PERSON", value)
    table.protect("⟦氏名1⟧")
    again = Placeholders.from_dict(json.loads(json.dumps(table.to_dict())))
    assert again.to_dict() == table.to_dict()
    assert again.give("PERSON", "山田 太郎") == "⟦氏名1別表記2⟧"
    assert again.give("PERSON", "山田　太郎") == "⟦氏名1別表記3⟧"
    assert again.give("PERSON", "鈴木一郎") == "⟦氏名3⟧"
    assert again.give("typed", "⟦氏名2⟧") == "⟦文字列2⟧"


def test_what_a_label_was_called_before_is_understood_for_as_long_as_it_is_kept():
    table = Placeholders.from_dict({"edition": 1, "entries": [["PERSON", "お名前1", "山田太郎"]]})
    assert [one.value for one in table.read("⟦お名前1⟧と⟦ お名前２ ⟧と⟦氏名1⟧")] == ["山田太郎", None, None]
    assert Placeholders().protect("⟦お名前1⟧") == "⟦お名前1⟧"


def test_a_table_of_another_idea_of_sameness_never_gives_a_name_twice():
    entries = [["PERSON", "氏名1", "山田太郎"], ["PERSON", "氏名1別表記2", "鈴木一郎"]]
    table = Placeholders.from_dict({"edition": 1, "entries": entries})
    assert table.give("PERSON", "山田 太郎") == "⟦氏名1別表記3⟧"


def test_it_shows_no_value():
    table = Placeholders()
    table.give("PERSON", "山田太郎")
    assert repr(table) == str(table) == "<Placeholders: 1 entries>"


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"edition": 2, "entries": []},
        {"edition": 1, "entries": None},
        {"edition": 1, "entries": "abc"},
        {"edition": 1, "entries": [["PERSON", "氏名1"]]},
        {"edition": 1, "entries": [["PERSON", 1, "山田"]]},
        {"edition": 1, "entries": [["PERSON", "氏名", "山田"]]},
        {"edition": 1, "entries": [["PERSON", "氏名0", "山田"]]},
        {"edition": 1, "entries": [["PERSON", "氏名1別表記1", "山田"]]},
        {"edition": 1, "entries": [["PERSON", "⟦氏名1⟧", "山田"]]},
        {"edition": 1, "entries": [["PERSON", "氏名1", "山田"], ["PERSON", "氏名1", "佐藤"]]},
        {"edition": 1, "entries": [["PERSON", "氏名1", "山田"], ["PERSON", "氏名2", "山田"]]},
        None,
        [],
    ],
)
def test_a_broken_table_is_refused_without_showing_it(kept):
    with pytest.raises(BrokenPlaceholders) as caught:
        Placeholders.from_dict(kept)
    assert "山田" not in str(caught.value) + caught.value.message.ja


def test_a_full_table_says_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_ENTRIES", 2)
    table = Placeholders()
    table.give("PERSON", "山田太郎")
    table.give("PERSON", "佐藤花子")
    with pytest.raises(TooManyPlaceholders) as caught:
        table.give("PERSON", "鈴木一郎")
    assert "上限" in caught.value.message.ja
    assert "鈴木" not in caught.value.message.ja + str(caught.value)
    assert table.give("PERSON", "山田太郎") == "⟦氏名1⟧"
    kept = table.to_dict()
    monkeypatch.setattr(module, "MOST_ENTRIES", 1)
    with pytest.raises(TooManyPlaceholders):
        Placeholders.from_dict(kept)


def test_few_but_enormous_values_fill_it_too(monkeypatch):
    monkeypatch.setattr(module, "MOST_CHARACTERS", 10)
    table = Placeholders()
    table.give("SECRET", "a" * 8)
    with pytest.raises(TooManyPlaceholders):
        table.give("SECRET", "b" * 3)


def test_threads_agree():
    table = Placeholders()
    values = [f"値{number}" for number in range(200)]
    given: list[dict[str, str]] = [{} for _ in range(8)]
    start = threading.Barrier(8)

    def work(mine: dict[str, str]) -> None:
        start.wait()
        mine.update((value, table.give("PERSON", value)) for value in values)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == given[0] for mine in given)
    assert sorted(given[0].values()) == sorted(f"⟦氏名{number}⟧" for number in range(1, 201))
