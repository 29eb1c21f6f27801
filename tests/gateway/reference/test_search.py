"""Splitting, words, other names, the index and its place: the library alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.gateway.reference import citing, shelf, synonyms
from kijun.gateway.reference.asking import worth_quoting
from kijun.gateway.reference.index import BrokenIndex, Index
from kijun.gateway.reference.model import Found, Hit, Passage, Source
from kijun.gateway.reference.readings import spelled
from kijun.gateway.reference.segment import Segment
from kijun.gateway.reference.splitting import LONGEST, split
from kijun.gateway.reference.words import words

TODAY = "2026-11-29"
RULES = """緑ヶ浦市ごみ減量要綱

第1章　総則
（目的）
第１条　この要綱は、ごみの減量について定める。
２　市長は、必要な措置をとる。
（定義）
第２条　用語の意義は、次による。
(1) 一般廃棄物
(2) 資源物
附則
この要綱は、令和8年4月1日から施行する。
"""
GUIDE = """# ごみの手引
## 粗大ごみ
事前に申し込みます。手数料は1点500円です。
## 燃やすごみ
週2回収集します。朝8時までに出してください。
"""


def test_articles_stay_whole_with_their_paragraphs_and_their_headings() -> None:
    found = split(RULES)
    assert [one.headings[-1:] for one in found[1:3]] == [("第１条（目的）",), ("第２条（定義）",)]
    assert found[1].text.endswith("２　市長は、必要な措置をとる。")
    assert found[2].text.endswith("(2) 資源物"), "numbers of a list are no headings"
    assert found[2].headings[0] == "第1章　総則"
    assert found[3].headings == ("附則",)


def test_questions_stay_with_their_answers() -> None:
    found = split("# FAQ\nQ1 期限はいつですか。\nA 14日以内です。\nQ2 費用は？\nA 無料です。\n")
    assert [(one.headings[-1], one.text.splitlines()[-1]) for one in found] == [
        ("期限はいつですか。", "A 14日以内です。"),
        ("費用は？", "A 無料です。"),
    ]


@given(st.text(alphabet="あ漢字。、\n#1Ａ 　第条(（)）Q■", max_size=1500))
def test_nothing_is_lost_and_places_are_right(text: str) -> None:
    found = split(text)
    for one in found:
        assert text[one.start : one.end].strip() == one.text
        assert one.text
        assert len(one.text) <= LONGEST
    kept = "".join(one.text + "".join(one.headings) for one in found)
    if found:
        lost = {char for char in text if char not in kept} - set("\n 　#■Q1（）()第条Ａ、。")
        assert not lost


def test_a_long_paragraph_is_cut_where_sentences_end() -> None:
    found = split("これは一つの文です。" * 100)
    assert len(found) > 2
    assert all(one.text.endswith("。") for one in found)
    assert all(len(one.text) <= LONGEST for one in found)


def test_spellings_are_one_word() -> None:
    assert {words(one)[0].term for one in ("引越し", "引っ越し", "引越")} == {"引っ越し"}
    assert {word.term for word in words("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ")} == {word.term for word in words("マイナンバーカード")}


def test_the_list_of_words_is_read_and_a_line_that_says_nothing_is_refused() -> None:
    assert synonyms.table()
    with pytest.raises(ValueError, match="line 2"):
        synonyms.read("引っ越し = 転入\nを = は\n")
    directed = synonyms.read("葬式 = 火葬")
    assert ("葬式",) in directed
    assert ("火葬",) not in directed, "it counts in one direction"
    assert [one[0] for one in synonyms.joined(directed)["葬式"]] == [("葬式",)]


def test_words_in_kana_are_read_as_they_are_written() -> None:
    assert spelled("こせきとうほんがほしい").split() == ["戸籍謄本", "がほしい"]
    assert "有給" in spelled("ゆうきゅうは何日")
    assert spelled("いつまでに出せばいいでしょうか") == "いつまでに出せばいいでしょうか", (
        "でしょうか is no 消火"
    )
    heard = {"じちきほんじょうれい": ["自治基本条例"]}
    assert spelled("じちきほんじょうれいとは", lambda said: heard.get(said, ())).startswith(" 自治基本条例 ")


def test_what_is_written_in_kana_is_found_by_the_headings_of_the_documents(tmp_path: Path) -> None:
    rules = "# 規則\n## 墓園管理審議会\n委員は5人です。\n## 会議\n年2回開きます。\n"
    index = publish(tmp_path, (Source("g", "規則", "c"), rules))
    assert (
        index.search("ぼえんかんりしんぎかい", today=TODAY).hits[0].passage.headings[-1] == "墓園管理審議会"
    )


def publish(home: Path, *documents: tuple[Source, str]) -> Index:
    shelf.publish(home, "131000", [(source, split(text)) for source, text in documents])
    found = shelf.Shelf(home).index("131000")
    assert found is not None
    return found


def test_it_finds_what_is_called_otherwise(tmp_path: Path) -> None:
    guide = GUIDE + "## 資源ごみ\n月2回収集します。\n## 有害ごみ\n年4回収集します。\n"
    index = publish(tmp_path, (Source("g", "ごみの手引", "c"), guide))
    found = index.search("大きなごみの捨て方", today=TODAY).hits
    assert found[0].passage.headings[-1] == "粗大ごみ"
    assert index.search("株価の見通し", today=TODAY).hits == ()
    assert index.search("", today=TODAY).hits == ()
    assert index.search("。、！", today=TODAY).hits == ()


def test_overdue_collections_and_guarded_passages(tmp_path: Path) -> None:
    old = Source("old", "旧手引", "c", review_by="2026-11-28")
    closed = Source("closed", "内部の手引", "d", open=False)
    index = publish(tmp_path, (old, GUIDE), (closed, GUIDE))
    left = index.search("粗大ごみの手数料", today=TODAY)
    assert (left.hits, left.left_out) == ((), 1)
    assert index.search("粗大ごみの手数料", today="2026-11-28").hits, "its last day counts"
    marked = index.search("粗大ごみの手数料", today=TODAY, with_overdue=True).hits
    assert marked[0].overdue
    assert [
        one.source.id for one in index.search("粗大ごみの手数料", today=TODAY, collections=["d"]).hits
    ] == ["closed"]
    assert index.passage("old", 1) is not None
    assert index.passage("old", 9) is None


def test_an_empty_index_is_one(tmp_path: Path) -> None:
    index = publish(tmp_path)
    assert index.search("粗大ごみ", today=TODAY).hits == ()


def test_a_new_index_takes_the_place_of_the_old_one_and_readers_go_on(tmp_path: Path) -> None:
    old = publish(tmp_path, (Source("g", "ごみの手引", "c"), GUIDE))
    new = publish(tmp_path, (Source("g", "ごみの手引", "c"), GUIDE.replace("500円", "700円")))
    assert "500円" in old.search("粗大ごみの手数料", today=TODAY).hits[0].passage.text
    assert "700円" in new.search("粗大ごみの手数料", today=TODAY).hits[0].passage.text
    for _ in range(3):
        publish(tmp_path, (Source("g", "ごみの手引", "c"), GUIDE))
    names = [one.name for one in (tmp_path / "reference" / "131000").iterdir()]
    assert len([one for one in names if one.startswith("current.")]) == 0, "nothing half is left"


def test_a_build_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    publish(tmp_path, (Source("g", "ごみの手引", "c"), GUIDE))

    def broken() -> list[Passage]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        shelf.publish(tmp_path, "131000", ((Source("x", "x", "c"), broken()) for _ in range(1)))
    index = shelf.Shelf(tmp_path).index("131000")
    assert index is not None
    assert index.search("粗大ごみの手数料", today=TODAY).hits


def test_what_is_no_index_and_no_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenIndex):
        Segment(tmp_path)
    with pytest.raises(ValueError, match="no code"):
        shelf.place_of(tmp_path, "../elsewhere")
    assert shelf.Shelf(tmp_path).index("131000") is None


def test_citations_are_read_in_their_forms() -> None:
    said = "甲です[1]。乙です［2］。丙は【1、3】、丁は[12]。配列a[0]は別です。"
    assert [number for number, _, _ in citing.cited(said, 3)] == [1, 2, 1, 3]


def test_the_system_message_joins_the_clients_own() -> None:
    hit = Hit(Source("g", "手引", "c", "環境課", dated="2026-04-01"), split(GUIDE)[0], 1.0, 1.0)
    text = citing.before_question([hit])
    assert "[1] 手引 ごみの手引 › 粗大ごみ（環境課、2026-04-01現在）" in text
    body = {"messages": [{"role": "system", "content": "短く。"}, {"role": "user", "content": "費用"}]}
    made = citing.put_before(body, "chat/completions", text)
    assert [one["role"] for one in made["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == "短く。", "the request given stays as it is"
    alone = citing.put_before({"messages": [{"role": "user", "content": "費用"}]}, "chat/completions", text)
    assert alone["messages"][0]["role"] == "system"
    assert citing.put_before({"instructions": "短く。"}, "responses", text)["instructions"].startswith(
        "短く。\n\n"
    )


def test_what_is_far_behind_the_best_is_not_quoted() -> None:
    passage, source = split(GUIDE)[0], Source("g", "手引", "c")
    hits = [Hit(source, passage, score, covers) for score, covers in ((9, 0.6), (8, 0.9), (7, 0.5), (4, 0.9))]
    assert [one.score for one in worth_quoting(Found(tuple(hits), 2)).hits] == [9, 8]
    assert worth_quoting(Found((), 2)).left_out == 2


def test_a_part_of_a_compound_is_little_of_it(tmp_path: Path) -> None:
    rules = "# 手引\n## 電子申請\n電子申請は24時間使えます。\n## 廃棄\n古い机を廃棄します。\n"
    index = publish(tmp_path, (Source("g", "手引", "c"), rules))
    part = index.search("電子レンジ", today=TODAY, fits=0.0).hits[0].covers
    assert part < index.search("電子の申請", today=TODAY, fits=0.0).hits[0].covers
    assert part < 0.3, "電子 of 電子レンジ"


def test_overdue_sources_are_marked() -> None:
    hit = Hit(Source("g", "手引", "c", review_by="2026-01-01"), split(GUIDE)[0], 1.0, 1.0, overdue=True)
    assert citing.heading(hit).startswith("【見直し期限切れ（2026-01-01）】手引")
    assert dataclasses.asdict(hit)["overdue"]
