import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kijun.ledger.segments import Reader, fold, fold_question, searching
from tests.ledger.segments.town import DAY, NOVEMBER, Town, ask, seqs


def test_it_works(town: Town, reader: Reader) -> None:
    first = town.say("a", "住民税の減免について教えてください。", "減免の申請は税務課で受け付けます。")
    second = town.say("b", "介護保険料の納付書を再発行したい。", "介護保険課へお越しください。")
    hits = reader.search(ask("介護保険"), [first, second])
    assert seqs(hits.rows) == [3, 2]
    assert "介護保険課".encode() in hits.rows[0]["plain"]
    assert hits.faults == ()
    assert hits.before is None
    assert seqs(reader.search(ask("減免"), [first, second]).rows) == [1, 0]
    assert reader.search(ask("国民年金"), [first, second]).rows == ()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("市の税金です", "税金"), ("介護が要る", "介護"), ("ＡＩの利用", "ai"), ("aiの利用", "ＡＩ"), ("ｶｲｺﾞの相談", "かいご"),
        ("かいごの相談", "カイゴ"), ("𠮷野家", "𠮷野"), ("𠮷", "𠮷"), ("了解😀です", "解😀"), ("了解👨‍👩‍👧です", "👨‍👩‍👧"), ("葛󠄀飾区", "葛飾"),
        ("１２３号", "123"), ("令和８年\n１１月", "令和8年 11月"), ("㈱規準", "(株)規準"), ("ｶﾞｽ", "ガス"), ("はっきり", "ハッキリ"),
        ("末尾の字", "字"), ("頭の字", "頭"), ("x", "x"), ("a b c", "b c"), ("50%引き", "50%"), ("a_b", "a_b"), ('"引用"', '"引用"'),
        ("C++(上)-下*:中", "+(上)-下*:"), ("お『終い』", "』"), ("AND OR NOT", "or not"), ("a\\b", "\\b"), ("x' OR '1'='1", "' or '1'='1"),
        ("İstanbul", "İstanbul"), ("Straße", "STRASSE"), ("\x00制御\x07字", "制御\x07字"), ("ゟ", "より"), ("~/.*", ".*"),
    ],
)  # fmt: skip
def test_a_text_is_found_in_every_width_and_case(town: Town, reader: Reader, said: str, asked: str) -> None:
    segment = town.say("a", "別の話です", said)
    assert seqs(reader.search(ask(asked), [segment]).rows) == [1]


def test_what_was_not_said_is_not_found(town: Town, reader: Reader) -> None:
    segment = town.say("a", "", "介護と保険、護保の語", "役割", "税と金")
    assert reader.search(ask("介護保険"), [segment]).rows == ()
    assert reader.search(ask("税金"), [segment]).rows == ()
    assert reader.search(ask("user"), [segment]).rows == (), "names of roles count as text"


def test_fields_of_the_content_are_not_text(town: Town, reader: Reader) -> None:
    segment = town.say("a", "何か")
    assert reader.search(ask("messages"), [segment]).rows == ()


def test_nothing_matches_across_two_texts(town: Town) -> None:
    assert fold_question("税\x1f金") == "税 金"
    assert "税金" not in fold("税\x1f金")
    assert "税 金" not in fold("税\x1f金")


def test_a_text_of_a_megabyte_is_found_to_its_end(town: Town, reader: Reader) -> None:
    segment = town.say("a", "短い", "長い文です。" * 170_000 + "最後の鷲")
    assert seqs(reader.search(ask("後の鷲"), [segment]).rows) == [1]


@pytest.mark.parametrize("text", ["字" * 5000, "a" * 100_000, " ", "\x00", "\ud800", "\x1f"])
def test_strange_questions_do_no_harm(town: Town, reader: Reader, text: str) -> None:
    segment = town.say("a", "ふつうの文")
    assert len(reader.search(ask(text), [segment]).rows) in (0, 1)


@pytest.mark.parametrize(
    "field",
    [
        "interaction",
        "purpose",
        "system",
        "person",
        "application",
        "department",
        "grant",
        "model",
        "source",
        "verdict",
        "finding",
    ],
)
@pytest.mark.parametrize("text", ["", "税金"])
def test_injections_find_nothing_and_harm_nothing(town: Town, reader: Reader, field: str, text: str) -> None:
    segment = town.say("a", "税金の話", findings=",PERSON,PHONE,")
    for value in (
        "x' OR '1'='1",
        'x" OR 1=1 --',
        "'; DROP TABLE fresh; --",
        "%",
        "_",
        "*",
        "?",
        "PERSON,PHONE",
        "\x00",
        "\ud800",
        "税" * 9999,
    ):
        assert reader.search(ask(text, **{field: value}), [segment]).rows == ()
        assert reader.search(ask(text, kinds=(value,)), [segment]).rows == ()
        assert reader.search(ask(text, municipality=value), [segment]).rows == ()
    assert len(reader.search(ask(text), [segment]).rows) == 1


@pytest.mark.parametrize("text", ["", "相談"])
def test_clear_columns_all_must_hold(town: Town, reader: Reader, text: str) -> None:
    segment = town.seal(
        "a",
        [
            town.row("相談1", person="sato", purpose="tax", findings=",PERSON,", verdict="masked"),
            town.row("相談2", person="sato", purpose="care"),
            town.row("相談3", person="suzuki", purpose="tax", findings=",PERSON,PHONE,", verdict="masked"),
        ],
    )
    found = lambda **given: seqs(reader.search(ask(text, **given), [segment]).rows)  # noqa: E731 - a short word for a long call
    assert found(person="sato") == [1, 0]
    assert found(person="sato", purpose="tax") == [0]
    assert found(finding="PERSON") == [2, 0]
    assert found(finding="PHONE") == [2]
    assert found(finding="PHO") == []
    assert found(kinds=("input",)) == [2, 0]
    assert found(kinds=("input", "output")) == [2, 1, 0]
    assert found(since=NOVEMBER + 1000) == [2, 1]
    assert found(until=NOVEMBER + 1000) == [0]
    assert found(verdict="masked", before=2) == [0]
    assert found(interaction="interaction-0") == [1, 0]
    assert found(interaction="interaction-0", purpose="tax", limit=1) == [0]


@pytest.mark.parametrize("text", ["", "税金"])
def test_pages_follow_one_another_through_segments_that_overlap(
    town: Town, reader: Reader, text: str
) -> None:
    rows = [town.row(f"税金 {seq}", retention=("y1", "y3", "y5")[seq % 3]) for seq in range(1500)]
    segments = [town.seal(f"s{part}", rows[part::3]) for part in range(3)]
    found, before = [], None
    while True:
        page = reader.search(ask(text, limit=70, before=before), segments).rows
        if not page:
            break
        found += seqs(page)
        before = page[-1]["seq"]
    assert found == list(range(1499, -1, -1))


def test_other_municipalities_are_not_seen(town: Town, reader: Reader) -> None:
    ours = town.say("a", "税金の話")
    theirs = town.say("b", "税金の話", municipality="132000", content_key=2)
    assert seqs(reader.search(ask("税金"), [ours, theirs]).rows) == [0]
    assert seqs(reader.search(ask(municipality="132000"), [ours, theirs]).rows) == [1]
    assert seqs(reader.search(ask("税金", municipality=None), [ours, theirs]).rows) == [1, 0]


def test_erased_content_is_found_by_its_columns_alone(town: Town, reader: Reader) -> None:
    kept = town.say("a", "税金の話")
    erased = town.say("b", "税金の話", content_key=2, retention="y3", person="sato")
    assert seqs(reader.search(ask("税金"), [kept, erased]).rows) == [1, 0]
    town.keys.discard(2)
    reader.forget(["b"])
    hits = reader.search(ask("税金"), [kept, erased])
    assert seqs(hits.rows) == [0]
    assert hits.faults == ()
    (row,) = reader.search(ask(person="sato"), [kept, erased]).rows
    assert row["seq"] == 1
    assert row["plain"] is None
    assert reader.plain(row) is None


def test_a_rare_value_is_found_where_the_index_is_broken_or_erased(town: Town, reader: Reader) -> None:
    segments = [
        town.say(name, "税金", "介護", person="sato", content_key=key, retention=f"y{key}")
        for name, key in (("a", 1), ("b", 2), ("c", 3))
    ]
    town.keys.discard(2)
    (town.folder / segments[2].index_path).unlink()
    hits = reader.search(ask(person="sato"), segments)
    assert seqs(hits.rows) == [5, 4, 3, 2, 1, 0]
    assert [fault.name for fault in hits.faults] == ["c"]
    assert seqs(reader.search(ask(person="sato", before=4, limit=2), segments).rows) == [3, 2]


def test_an_interaction_is_found_among_many_whose_ids_do_not_sort_by_time(town: Town, reader: Reader) -> None:
    rows = [town.row("x", interaction=f"{seq * 7919 % 4000:08d}") for seq in range(4000)]
    segments = [town.seal("a", rows[:3000]), town.seal("b", rows[3000:])]
    assert seqs(reader.rows_of(f"{7919 * 77 % 4000:08d}", segments).rows) == [77]
    assert seqs(reader.rows_of(f"{7919 * 3500 % 4000:08d}", segments).rows) == [3500]


def test_the_newest_come_first_and_no_more_than_wanted_are_decrypted(town: Town) -> None:
    segments = [town.say(f"s{part}", *[f"税金 {part}"] * 100, at=NOVEMBER + part * DAY) for part in range(5)]
    opened: list[str] = []

    def decrypt(key: int, entry: str, blob: bytes) -> bytes | None:
        opened.append(entry)
        return town.decrypt(key, entry, blob)

    with Reader(town.folder, town.segment_key, decrypt, town.folder / "private") as reader:
        assert seqs(reader.search(ask("税金", limit=3), segments).rows) == [499, 498, 497]
    assert len(opened) == 3


def test_a_long_scan_stops_and_goes_on_where_it_stopped(
    town: Town, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SCAN", 300)
    texts = ["介護と護保と保険"] * 2000
    texts[5] = "介護保険"
    segment = town.say("a", *texts)
    found, before, times = [], None, 0
    while True:
        hits = reader.search(ask("介護保険", before=before), [segment])
        found += seqs(hits.rows)
        before, times = hits.before, times + 1
        if before is None:
            break
    assert found == [5]
    assert times == 7


_WORDS = st.text(
    st.sampled_from("税金介護かいごカイゴｶﾞaAａ1１ 　、。\n%_\"'*𠮷😀が\u3099\u200bß"), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS, min_size=1, max_size=12), st.lists(_WORDS, min_size=1, max_size=8), st.booleans())
def test_search_finds_what_a_plain_scan_finds(
    town: Town, texts: list[str], questions: list[str], two: bool
) -> None:
    town.rows.clear()
    rows = [town.row(text) for text in texts]
    half = len(rows) // 2 if two else 0
    segments = [
        town.seal(f"s{number}", part) for number, part in enumerate((rows[:half], rows[half:])) if part
    ]
    with town.reader() as reader:
        for question in questions + [text[1:3] for text in texts]:
            wanted = fold_question(question)
            expected = [seq for seq in reversed(range(len(texts))) if wanted in fold(texts[seq])]
            assert seqs(reader.search(ask(question), segments).rows) == expected
