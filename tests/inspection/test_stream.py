import json
import math
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kijun.inspection import Inspector, Kind, Policy
from kijun.inspection.masking import mask, redact
from kijun.inspection.model import Finding, Inspection
from kijun.inspection.placeholders import Placeholders
from kijun.inspection.restoring import Restorer, restore
from kijun.inspection.rule import unmarked
from kijun.inspection.stream import Release, StreamInspector
from tests.inspection.fakes import attack_begins, inspect

BENCHMARKS = Path(__file__).parents[2] / "benchmarks" / "inspection"
MOST_WAITING = 240 + 60


def run(stream: StreamInspector, chunks: list[str]) -> list[Release]:
    return [*(stream.feed(chunk) for chunk in chunks), stream.close()]


def pieces(text: str, size: int) -> list[str]:
    return [text[place : place + size] for place in range(0, len(text), size)]


def text_of(releases: list[Release]) -> str:
    return "".join(one.text for one in releases)


def findings_of(releases: list[Release]) -> list[Finding]:
    return [finding for one in releases for finding in one.findings]


def test_it_works():
    stream = StreamInspector(inspect)
    assert stream.feed("お電話ありがとうございます。担当は山") == Release(
        "お電話ありがとうございます。担当は"
    )
    assert stream.feed("田太郎です。") == Release("山田太郎です。", (inspect("…" * 17 + "山田太郎").findings))
    assert stream.feed("では") == Release()
    assert stream.close() == Release("では")
    assert (stream.released, stream.waiting, stream.stop) == (26, 0, None)


def test_of_a_slow_stream_no_word_waits_for_more_than_it_needs():
    text = "転入届は引っ越した日から14日以内に新しい住所の市区町村の窓口へ届け出てください、"
    waited, eager = StreamInspector(inspect), StreamInspector(inspect)
    assert waited.feed(text[:20]).text == ""
    released = [eager.feed(char, at_once=True).text for char in text]
    assert "".join(released[:20]) == "転入届は引っ越した日から14日以内に"
    assert "".join(released) == text
    assert max(len(one) for one in released) < 24


def test_a_number_waits_until_it_is_whole():
    stream = StreamInspector(inspect)
    assert stream.feed("受付は次のとおりです。番号は、090-12").text == "受付は次のとおりです。番号は、"
    assert stream.feed("34-5678").text == ""
    last = stream.feed("です。")
    assert last.text == "090-1234-5678です。"
    assert [(one.type, one.start, one.end) for one in last.findings] == [("PHONE", 15, 28)]


def test_a_label_that_was_released_still_counts():
    def labelled(text: str) -> Inspection:
        start = text.find("番号：")
        hit = text.find("12345", max(start, 0))
        return Inspection(
            text, (Finding("data", "LOCAL_ID", hit, hit + 5, 1, "x"),) if 0 <= start < hit else ()
        )

    stream = StreamInspector(labelled)
    releases = run(stream, ["整理番号：次の行にあります。\n\n", "この行は関係ありません。", "12345です。"])
    assert [(one.start, one.end) for one in findings_of(releases)] == [(28, 33)]


def test_findings_are_masked_before_they_are_released():
    table = Placeholders()
    mask(inspect("山田太郎の件"), table)
    stream = StreamInspector(inspect, transform=lambda inspection: mask(inspection, table, answer=True))
    answer = "⟦氏名1⟧様。担当の鈴木、電話03-1234-5678まで。⟦氏名7⟧様は不明です。"
    masked = text_of(run(stream, pieces(answer, 3)))
    assert masked == "⟦氏名1⟧様。担当の⟦氏名2⟧、電話⟦電話番号1⟧まで。⟦文字列1⟧様は不明です。"
    assert restore(masked, table) == "山田太郎様。担当の鈴木、電話03-1234-5678まで。⟦氏名7⟧様は不明です。"


def test_a_finding_that_policy_blocks_ends_the_stream():
    stream = StreamInspector(inspect, decide=lambda one: one.type == "PHONE")
    assert stream.feed("鈴木です。電話は、").text == "鈴木です。電話は、"
    last = stream.feed("03-1234-5678です。秘密です。")
    assert (last.text, last.findings, last.stop and last.stop.start) == ("", (), 9)
    assert stream.feed("続き。") == stream.close() == Release()
    assert stream.stop == last.stop
    assert stream.released == 9


def test_what_was_found_before_a_stop_is_reported_and_what_lies_across_it_is_cut():
    def overlapping(text: str) -> Inspection:
        spans = [("data", "PERSON", 0, 2), ("expression", "abuse", 3, 8), ("data", "PHONE", 5, 7)]
        return Inspection(
            text, tuple(Finding(kind, name, start, end, 1, "x") for kind, name, start, end in spans)
        )

    stream = StreamInspector(
        overlapping,
        transform=lambda one: redact(one, only=["PERSON", "abuse"]),
        decide=lambda one: one.type == "PHONE",
    )
    last = stream.feed("山田のあいうえおか。")
    assert last.text == "■氏名■の■攻撃的・侮辱的な表現■"
    assert [one.type for one in last.findings] == ["PERSON"]


def test_an_expression_waits_for_the_end_of_its_sentence():
    stream = StreamInspector(inspect)
    assert stream.feed("ご相談です。窓口で「役立たず」").text == "ご相談です。窓口で「"
    assert stream.feed("と言われたそうです。") == Release("役立たず」と言われたそうです。")
    assert stream.feed("答えです。お前は「役立たず」").text == "答えです。お前は「"
    assert [one.type for one in stream.feed("だ。").findings] == ["abuse"]


def test_a_finding_longer_than_what_is_held_is_reported_late():
    def quoted(text: str) -> Inspection:
        start, end = text.find("<"), text.find(">")
        return Inspection(
            text, (Finding("attack", "indirect", start, end + 1, 1, "x"),) if 0 <= start < end else ()
        )

    text = "前。<" + "ながい。" * 80 + ">後。"
    stream = StreamInspector(quoted, transform=lambda one: redact(one, only=["indirect"]))
    releases = run(stream, pieces(text, 10))
    late = [one for release in releases for one in release.late]
    assert [(one.start, one.end) for one in late] == [(2, text.index(">") + 1)]
    assert findings_of(releases) == []
    assert ">" not in text_of(releases)


def test_english_goes_on_word_by_word():
    stream = StreamInspector(inspect)
    text = (
        "The office is open from Monday to Friday and closed on every public holiday of the year as you know"
    )
    waiting = []
    for char in text:
        stream.feed(char)
        waiting.append(stream.waiting)
    assert max(waiting) < 70


def test_it_shows_no_text():
    stream = StreamInspector(inspect, decide=lambda one: False)
    release = stream.feed("鈴木です。山田")
    assert "鈴木" not in repr(stream) + repr(release)
    assert repr(stream) == "<StreamInspector: 5 characters released, 2 waiting>"


def test_a_closed_stream_takes_nothing_more():
    stream = StreamInspector(inspect)
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.feed("鈴木")


@pytest.mark.parametrize(
    "chunk", ["", "\ud800", "山" * 100_000, "\n" * 10_000, "0 " * 5_000, "⟦" * 5_000, "[[氏名" * 5_000]
)
def test_any_chunk_comes_through(chunk):
    stream = StreamInspector(inspect)
    assert text_of(run(stream, [chunk])) == chunk


def test_what_could_not_be_inspected_is_not_released():
    fails = [False]

    def sometimes(text: str) -> Inspection:
        if fails[0]:
            raise RuntimeError("broken")
        return inspect(text)

    stream = StreamInspector(sometimes)
    stream.feed("一つ。")
    fails[0] = True
    with pytest.raises(RuntimeError):
        stream.feed("鈴木です。")
    assert (stream.released, stream.waiting) == (3, 5)
    fails[0] = False
    assert stream.feed("はい。").text == "鈴木です。はい。"


@pytest.mark.parametrize("size", [1, 4, 20, 5_000])
@pytest.mark.parametrize(
    "sentence",
    ["窓口は月曜から金曜まで開いています。", "The office is open every day. ", "山", "山田", "0", "役立たず"],
)
def test_the_work_for_a_character_is_bounded(size, sentence):
    """Not more than an inspection for twelve characters, each of not more than what is kept and what waits."""
    lengths = []

    def counted(text: str) -> Inspection:
        lengths.append(len(text))
        return inspect(text)

    text = (sentence * 10_000)[:10_000]
    stream = StreamInspector(counted)
    assert text_of(run(stream, pieces(text, size))) == text
    assert len(lengths) <= max(len(text) / 12, 10)
    assert max(lengths) <= 400 + MOST_WAITING + min(size, 4_000)


WORDS = [
    "山田太郎", "山田 太郎", "山田\n太郎", "佐藤花子", "John Smith", "鈴木", "03-1234-5678", "090-1234-5678", "taro@example.co.jp",
    "糖尿病", "役立たず", "と言われた", "これまでの指示", "は忘れて。次に", "従うな", "。", "、", "\n", "\n\n", " ", "です", "は", "（", "）",
    "「", "」", "Tel: ", "ab", "5", "-", "@", "⟦氏名1⟧", "⟦ 氏名 １ ⟧", "⟦氏名9⟧", "⟦", "市役所の窓口は本庁舎の一階にあります", "！", "?", ". ",
    "山" * 130, "the quick brown fox jumps over the lazy dog ", "0" * 50,
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=40).map("".join)
CUTS = st.one_of(st.sampled_from([1, 4, 20]), st.lists(st.integers(1, 30), min_size=1, max_size=20))


def cut(text: str, cuts: int | list[int]) -> list[str]:
    if isinstance(cuts, int):
        return pieces(text, cuts)
    chunks, place = [], 0
    while place < len(text):
        size = cuts[len(chunks) % len(cuts)]
        chunks.append(text[place : place + size])
        place += size
    return chunks


@given(TEXTS, CUTS)
@example("山" * 500 + "鈴木" + "山" * 239 + "03-1234-5678" + "山" * 300, 1)
@example("これまでの指示" + "。" * 119 + "従うな", 1)
def test_all_that_is_in_the_text_is_found_whole_and_nothing_of_it_goes_before(text, cuts):
    stream = StreamInspector(inspect, begins=attack_begins)
    place, found = 0, []
    for release in run(stream, cut(text, cuts)):
        assert release.late == ()
        assert all(place <= one.start and one.end <= place + len(release.text) for one in release.findings)
        place += len(release.text)
        found += release.findings
        assert stream.waiting <= MOST_WAITING
    at_once = inspect(text).findings
    assert tuple(one for one in found if one in at_once) == at_once
    # what comes to it is a value that was found before
    known = {text[one.start : one.end].replace(" ", "") for one in at_once}
    assert all(text[one.start : one.end] in known for one in found if one not in at_once)


@given(TEXTS, CUTS)
def test_all_text_comes_through_in_order(text, cuts):
    released = ""
    for release in run(StreamInspector(inspect), cut(text, cuts)):
        released += release.text
        assert text.startswith(released)
    assert released == text


@given(TEXTS, CUTS, st.sampled_from(["PERSON", "PHONE", "abuse", "instruction_override", "SENSITIVE"]))
def test_nothing_from_a_blocked_finding_on_is_ever_released(text, cuts, blocked):
    stream = StreamInspector(inspect, begins=attack_begins, decide=lambda one: one.type == blocked)
    released = text_of(run(stream, cut(text, cuts)))
    first = min((one.start for one in inspect(text) if one.type == blocked), default=math.inf)
    assert released == text[: min(first, len(text))]
    assert (stream.stop is None) == (first == math.inf)


@given(TEXTS, CUTS)
def test_a_masked_stream_can_be_restored(text, cuts):
    assume("\ud800" not in text)
    table = Placeholders()
    mask(inspect("山田太郎と山田 太郎"), table)
    expected = restore(text, table)
    stream = StreamInspector(
        inspect, begins=attack_begins, transform=lambda inspection: mask(inspection, table, answer=True)
    )
    restorer = Restorer(table)
    shown = "".join(restorer.feed(one.text) for one in run(stream, cut(text, cuts))) + restorer.close()
    assert shown == expected


@given(TEXTS, CUTS)
def test_the_same_stream_gives_the_same_releases(text, cuts):
    first, second = (run(StreamInspector(inspect), cut(text, cuts)) for _ in range(2))
    assert first == second


INSPECTOR = Inspector()
FILLER = "窓口の混雑を減らすため、予約の仕組みを見直します。" * 20


def streamed(
    inspector: Inspector, text: str, size: int, *, at_once: bool = False
) -> tuple[str, list[Release]]:
    arriving = StreamInspector(inspector.inspect, transform=redact)
    releases = [*(arriving.feed(piece, at_once=at_once) for piece in pieces(text, size)), arriving.close()]
    return text_of(releases), releases


@pytest.mark.parametrize("size", [1, 8])
def test_a_name_that_was_hidden_at_the_top_is_hidden_at_the_bottom(size: int) -> None:
    text = f"氏名：小川　凛\n年齢：55歳\n電話：090-1234-5678\n{FILLER}\n次回は小川凛と面談する。小川は欠席。"
    shown, releases = streamed(INSPECTOR, text, size)
    assert "小川" not in shown
    assert shown == redact(INSPECTOR.inspect(text))
    assert [text[one.start : one.end] for one in findings_of(releases)][-2:] == ["小川凛", "小川"]


def test_what_a_stream_knows_is_bounded() -> None:
    names = [f"住民{number:05}@example.jp" for number in range(3_000)]
    arriving = StreamInspector(INSPECTOR.inspect, transform=redact)
    for name in names[:1_200]:
        arriving.feed(f"連絡先は{name}です。\n")
    assert len(arriving._known._values) <= 1_001
    assert len(arriving._told) < 100


def own(*words: str, type: str = "CONFIDENTIALITY_MARK") -> Inspector:
    return Inspector(
        Policy.read({"rules": [{"id": "own", "type": type, "by": "words", "words": list(words)}]})
    )


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("資料は山を動かす会の内部用です。", "資料は■機密表示■の内部用です。"),
        ("This belongs to Project the Moon, you know. ", "This belongs to ■機密表示■, you know. "),
        ("次は、赤。青、の件です。", "次は、■機密表示■の件です。"),
        ("資料は山を\n動かす会の内部用です。", "資料は■機密表示■の内部用です。"),
        ("山を見た。山を動かす人がいる。", "山を見た。山を動かす人がいる。"),
    ],
)
def test_an_own_word_is_held_whatever_stands_in_it(text: str, shown: str, size: int, at_once: bool) -> None:
    inspector = own("山を動かす会", "Project the Moon", "赤。青、")
    assert streamed(inspector, text, size, at_once=at_once)[0] == shown


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("size", [1, 3, 10])
@pytest.mark.parametrize(
    "text",
    [
        "マイナンバーは上4桁が1234、続いて5678、最後が9018です。",
        "マイナンバーは１２３４、続いて５６７８、最後が９０１８です。",
        "クレジットカードは上4桁が4556、続いて7375、次が8689、最後が9855です。",
    ],
)
def test_of_a_number_told_in_parts_none_is_shown(text: str, size: int, at_once: bool) -> None:
    shown, releases = streamed(INSPECTOR, text, size, at_once=at_once)
    assert shown == redact(INSPECTOR.inspect(text))
    assert not any(one.late for one in releases)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("上4桁が1234、続いて", "1234、続いて"),
        ("マイナンバーは1234、次は56", "1234、次は56"),
        ("予算は1234、次は", ""),
        ("マイナンバーの交付は2026年度に、", ""),
        ("マイナンバーは1234。", ""),
    ],
)
def test_four_figures_wait_only_where_more_of_a_number_may_come(text: str, held: str) -> None:
    assert text[INSPECTOR.begins(text) :] == held


def test_figures_wait_for_no_number_that_nobody_looks_for() -> None:
    text = "マイナンバーは上4桁が1234、続いて"
    assert Inspector(Policy.read({"types": ["PERSON"]})).begins(text) == len(text)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_illness_waits_for_its_clause(at_once: bool) -> None:
    text = "彼はうつ病を患い、その後、統合失調症を発症した。"
    shown, releases = streamed(INSPECTOR, text, 1, at_once=at_once)
    assert shown == "彼は■要配慮情報■を患い、その後、■要配慮情報■を発症した。"
    assert not any(one.late for one in releases)


def test_what_only_its_end_gives_away_is_told_as_late_once() -> None:
    def judged(text: str) -> Inspection:
        start, end = text.find("鈴木"), text.find("である")
        found = (Finding("data", "SENSITIVE", start, start + 2, 1, "x"),) if 0 <= start < end else ()
        return Inspection(text, found)

    asked: list[Finding] = []
    arriving = StreamInspector(judged, decide=lambda one: bool(asked.append(one)))
    text = "鈴木を見た、それは病気である。次の文。次の次の文。"
    releases = [*(arriving.feed(piece, at_once=True) for piece in pieces(text, 3)), arriving.close()]
    assert [(one.start, one.end) for release in releases for one in release.late] == [(0, 2)]
    assert findings_of(releases) == []
    assert len(asked) == 1


TALK = "司会　始めますか。\n森　はい。件数は230件ありました。\n司会　けっこうありますね。\n森　そうなんです。\n司会　森さん、どうぞ。\n森　では。\n"


def speakers(text: str) -> Inspection:
    """Knows that 森 is somebody once he is called so."""
    places = (place for place, char in enumerate(text) if char == "森" and "森さん" in text)
    return Inspection(text, tuple(Finding(Kind.DATA, "PERSON", at, at + 1, 0.9, "x") for at in places))


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_name_whose_evidence_comes_in_a_later_sentence_is_told_once(size: int, at_once: bool) -> None:
    arriving = StreamInspector(speakers, transform=redact)
    releases = [*(arriving.feed(piece, at_once=at_once) for piece in pieces(TALK, size)), arriving.close()]
    late = [one.start for release in releases for one in release.late]
    assert late == [place for place, char in enumerate(TALK) if char == "森"][: len(late)]
    assert len(late) >= 2
    assert [*late, *(one.start for one in findings_of(releases))] == [
        one.start for one in speakers(TALK).findings
    ]
    assert text_of(releases).endswith("司会　■氏名■さん、どうぞ。\n■氏名■　では。\n")


def test_late_data_may_stop_a_stream() -> None:
    arriving = StreamInspector(speakers, decide=lambda one: one.type == "PERSON")
    shown = text_of(run(arriving, pieces(TALK, 3)))
    assert arriving.stop is not None
    assert TALK.startswith(shown)
    assert "さん" not in shown


def test_of_the_evaluation_set_nothing_is_found_that_a_stream_does_not_tell() -> None:
    inspector = Inspector()
    for text in evaluated(40):
        _, releases = streamed(inspector, text, 6)
        told = [one for release in releases for one in (*release.findings, *release.late)]
        for one in inspector.inspect(text).data:
            assert any(other.start < one.end and one.start < other.end for other in told)


def test_a_value_that_was_told_late_is_hidden_where_it_comes_again() -> None:
    def judged(text: str) -> Inspection:
        start, end = text.find("hanako.suzuki"), text.find("個人の")
        found = (Finding(Kind.DATA, "PERSON", start, start + 13, 1, "x"),) if 0 <= start < end else ()
        return Inspection(text, found)

    arriving = StreamInspector(judged, transform=redact)
    text = f"hanako.suzuki を見た。それは個人のもの。{FILLER}hanako.suzuki を見た。"
    releases = run(arriving, pieces(text, 3))
    assert [(one.start, one.end) for release in releases for one in release.late] == [(0, 13)]
    assert text_of(releases) == f"hanako.suzuki を見た。それは個人のもの。{FILLER}■氏名■ を見た。"


def test_a_finding_that_grows_is_one_finding() -> None:
    def growing(text: str) -> Inspection:
        return Inspection(text, (Finding("expression", "abuse", 0, len(text), 1, "x"),) if text else ())

    asked: list[Finding] = []
    arriving = StreamInspector(growing, decide=lambda one: bool(asked.append(one)))
    releases = run(arriving, ["一つ目の文。", "二つ目の文。", "三つ目の文。"])
    assert len(asked) == 1
    assert len(findings_of(releases)) + sum(len(one.late) for one in releases) == 1


def test_a_sentence_that_is_doubted_waits_for_its_end() -> None:
    text = "ご質問にお答えします。あいつらは生きる価値を持たない劣等民族だから、この町を出て行けばよい。"

    def whole(inspection: Inspection) -> str:
        return redact(inspection, only=["violence", "discrimination", "abuse"])

    for size in (1, 4):
        arriving = StreamInspector(INSPECTOR.inspect, transform=whole)
        shown = ""
        for piece in pieces(text, size):
            shown += arriving.feed(piece, at_once=True).text
        shown += arriving.close().text
        assert "劣等民族" not in shown
        assert shown.startswith("ご質問にお答えします。■")


def test_harmless_words_go_on_while_they_come() -> None:
    text = "転入届は引っ越した日から14日以内に、新しい住所の市区町村の窓口へ届け出てください。必要なものは、本人確認書類と転出証明書です。"
    arriving = StreamInspector(INSPECTOR.inspect)
    waiting = []
    for char in text:
        arriving.feed(char, at_once=True)
        waiting.append(arriving.waiting)
    assert sum(waiting) / len(waiting) < 12


def evaluated(count: int) -> list[str]:
    """Texts of the evaluation set, some of each kind."""
    lines = (BENCHMARKS / "personal.jsonl").read_text(encoding="utf-8").splitlines()
    return [unmarked(json.loads(line)["marked"])[0] for line in lines[:: len(lines) // count]]


@pytest.mark.parametrize("size", [1, 4, 17])
def test_a_stream_of_the_evaluation_set_hides_what_is_hidden_at_once(size: int) -> None:
    inspector = Inspector()
    values = seen = 0
    for text in evaluated(40):
        at_once = {one.of(text) for one in inspector.inspect(text).data}
        arriving = StreamInspector(inspector.inspect, transform=redact)
        shown = text_of(run(arriving, pieces(text, size)))
        values += len(at_once)
        seen += sum(shown.count(value) > redact(inspector.inspect(text)).count(value) for value in at_once)
    assert values > 150
    assert seen <= 0.02 * values, "a stream let through what the whole text would not have"


@pytest.mark.parametrize("size", [1, 5])
def test_what_was_masked_comes_back_from_a_stream_exactly(size: int) -> None:
    inspector = Inspector()
    for text in evaluated(40):
        table = Placeholders()
        masked = mask(inspector.inspect(text), table)
        stream = Restorer(table)
        back = "".join([*(stream.feed(piece) for piece in pieces(masked, size)), stream.close()])
        assert back == text
