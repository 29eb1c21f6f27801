"""Fresh and sealed records read as one."""

from __future__ import annotations

import pytest

from kijun.ledger import sealing, tree
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Kind, Query, Verdict
from kijun.ledger.sealing import seal
from tests.ledger.conftest import OTHER_TOWN, TOWN, Add, Lying, entry

pytestmark = pytest.mark.s3

ALL = Query(municipality=TOWN)


def said(ledger: Ledger, **asked: object) -> list[str]:
    query = Query(**{"municipality": TOWN, **asked})  # type: ignore[arg-type]
    return [
        one.content["request"]["messages"][0]["content"]
        for one in ledger.search(query).records
        if one.content is not None
    ]


def test_what_was_recorded_is_found_before_and_after_sealing(ledger: Ledger, add: Add) -> None:
    add(entry("介護保険の相談"), entry("税金の相談"))
    for _ in range(2):
        assert said(ledger, text="介護") == ["介護保険の相談"]
        assert said(ledger, text="相談") == ["税金の相談", "介護保険の相談"]
        assert said(ledger, text="保育") == []
        seal(ledger, force=True)
    assert ledger.status()["sealed"] == 2
    assert ledger.status()["fresh"] == 0
    add(entry("固定資産税の相談"))
    assert said(ledger, text="税") == ["固定資産税の相談", "税金の相談"]


@pytest.mark.parametrize("word", ["content", "messages", "stop", "answered"])
def test_what_nobody_said_is_not_found_in_fresh_records_nor_by_an_index_that_holds_it(
    ledger: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    answer = {
        "texts": [{"where": "choices[0].message.content", "text": "14日以内です。"}],
        "finish_reasons": ["stop"],
        "attempts": [{"upstream": "u", "how": "answered"}],
        "uninspected": [{"where": "messages[0].content", "what": "image"}],
    }
    add(entry(kind=Kind.OUTPUT, content=answer))
    monkeypatch.setattr(sealing, "searchable", lambda plain: plain.decode())  # as indexes held it before
    for _ in range(2):
        assert ledger.search(Query(municipality=TOWN, text=word)).records == ()
        assert len(ledger.search(Query(municipality=TOWN, text="14日")).records) == 1
        seal(ledger, force=True)


def test_another_municipality_sees_nothing(ledger: Ledger, add: Add) -> None:
    mine = entry("税金の相談")
    add(mine)
    for _ in range(2):
        assert ledger.search(Query(municipality=OTHER_TOWN, text="税金")).records == ()
        assert ledger.search(Query(municipality=OTHER_TOWN)).records == ()
        assert ledger.search(Query(municipality="")).records == ()
        assert ledger.interaction(mine.interaction, OTHER_TOWN) == []
        assert ledger.aggregate(("purpose",), Query(municipality=OTHER_TOWN)) == []
        assert len(ledger.interaction(mine.interaction, TOWN)) == 1
        assert len(ledger.search(Query(municipality=None)).records) == 1
        seal(ledger, force=True)


@pytest.mark.parametrize("sealed", [False, True])
def test_every_field_can_be_asked_for(ledger: Ledger, add: Add, sealed: bool) -> None:
    fields = ("purpose", "system", "person", "application", "department", "grant", "model", "source")
    add(*[entry(name, **{name: f"the {name}"}) for name in fields])
    add(entry("verdict", verdict=Verdict.BLOCKED), entry("finding", findings=("MY_NUMBER", "AGE")))
    add(entry("kind", kind=Kind.OUTPUT), entry("time", at=1_000_000))
    if sealed:
        seal(ledger, force=True)
    for name in fields:
        assert said(ledger, **{name: f"the {name}"}) == [name]
    assert said(ledger, verdict="blocked") == ["verdict"]
    assert said(ledger, finding="MY_NUMBER") == said(ledger, finding="AGE") == ["finding"]
    assert (
        said(ledger, finding="NUMBER") == said(ledger, finding="MYXNUMBER") == said(ledger, finding="%") == []
    )
    assert said(ledger, kinds=("output",)) == ["kind"]
    assert said(ledger, until=2_000_000) == ["time"]
    assert len(said(ledger, since=2_000_000)) == 11
    assert said(ledger, person="the person", text="PERSON") == ["person"]
    for hostile in ("' OR 1=1 --", "%", "?", "%s", '"', "\x00", "\ud800", "x" * 10_000):
        assert said(ledger, person=hostile) == said(ledger, text=hostile + "q") == []


def test_pages_go_over_fresh_and_sealed(ledger: Ledger, add: Add) -> None:
    for number in range(30):
        add(entry(f"第{number}の相談"))
        if number in (9, 19):
            seal(ledger, force=True)
    for text in ("", "相談"):
        found, before = [], None
        while True:
            page = ledger.search(Query(municipality=TOWN, text=text, limit=7, before=before))
            found += [one.seq for one in page.records]
            before = page.next
            if before is None:
                break
        assert found == list(range(29, -1, -1))


def test_masked_values_are_opened_only_when_asked_for(ledger: Ledger, add: Add) -> None:
    add(entry("⟦氏名1⟧の相談", masked={"⟦氏名1⟧": "山田太郎"}))
    for _ in range(2):
        assert ledger.search(ALL).records[0].masked is None
        assert ledger.search(ALL, masked=True).records[0].masked == {"⟦氏名1⟧": "山田太郎"}
        assert said(ledger, text="山田") == [], "masked values are not searched"
        seal(ledger, force=True)


def test_figures_count_fresh_and_sealed(ledger: Ledger, add: Add) -> None:
    add(entry(purpose="1", tokens_in=10, findings=("PERSON",)), entry(purpose="2"))
    seal(ledger, force=True)
    add(entry(purpose="1", tokens_in=5, findings=("PERSON", "PHONE")))
    found = ledger.aggregate(("purpose",), ALL, ("count", "tokens_in"))
    assert found == [
        {"purpose": "1", "count": 2, "tokens_in": 15},
        {"purpose": "2", "count": 1, "tokens_in": 0},
    ]
    assert ledger.aggregate(("finding",), ALL) == [
        {"finding": "PERSON", "count": 2},
        {"finding": "PHONE", "count": 1},
    ]


def test_an_entry_is_proven_against_a_signed_tree(ledger: Ledger, add: Add) -> None:
    receipts = add(*[entry(str(number)) for number in range(300)])
    assert ledger.prove(5) is None, "nothing is signed yet"
    signer = Checkpoints(ledger.folder, ledger.database)
    old = signer.make(ledger.journal.committed.size, ledger.journal.committed.root())
    seal(ledger, force=True)
    add(*[entry(str(number)) for number in range(300)])
    new = signer.make(ledger.journal.committed.size, ledger.journal.committed.root())
    for seq in (0, 255, 256, 299):
        proof = ledger.prove(seq)
        assert proof is not None
        assert (proof.note, proof.leaf, proof.size) == (new, receipts[seq].leaf, 600)
        path = [bytes.fromhex(one) for one in proof.path]
        tree.check_inclusion(bytes.fromhex(proof.leaf), seq, 600, path, ledger.verifier().open(new).root)
    earlier = ledger.prove(5, size=300)
    assert earlier is not None
    assert earlier.note == old
    assert ledger.prove(600) is None
    growth = [bytes.fromhex(one) for one in ledger.prove_growth(300, 600)]
    roots = [ledger.verifier().open(note).root for note in (old, new)]
    tree.check_consistency(300, roots[0], 600, roots[1], growth)


def test_a_broken_segment_is_told_and_the_rest_is_found(ledger: Ledger, add: Add, lying: Lying) -> None:
    add(entry("一つ目の相談"))
    seal(ledger, force=True)
    add(entry("二つ目の相談"))
    seal(ledger, force=True)
    first = min(ledger.segments(), key=lambda one: one.first_seq)
    lying.write(first.path, b"PAR1 broken")
    ledger.reader.forget([first.name])
    found = ledger.search(Query(municipality=TOWN, text="相談"))
    assert [one.seq for one in found.records] == [1]
    assert found.faults[0].name == first.name
    assert first.name in found.faults[0].ja


def test_a_long_interaction_keeps_what_it_began_with(
    ledger: Ledger, add: Add, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A program's trace has thousands of entries; the question is the first of them."""
    monkeypatch.setattr("kijun.ledger.ledger._PAGE", 7)
    first = entry("はじめの質問")
    add(first)
    add(*[entry(f"{number}", interaction=first.interaction, kind=Kind.OUTPUT) for number in range(1, 20)])
    seal(ledger, force=True)
    add(*[entry(f"{number}", interaction=first.interaction, kind=Kind.OUTPUT) for number in range(20, 40)])
    assert [one.seq for one in ledger.interaction(first.interaction, TOWN)] == list(range(40))
    assert ledger.interaction(first.interaction, OTHER_TOWN) == ledger.interaction("", TOWN) == []
    monkeypatch.setattr("kijun.ledger.ledger.MOST", 20)
    found = [one.seq for one in ledger.interaction(first.interaction, TOWN)]
    assert found == [*range(10), *range(30, 40)]
    assert "20 are left out" in caplog.text


def test_the_newest_checkpoint(ledger: Ledger, full: Ledger) -> None:
    assert ledger.newest_checkpoint() == list(ledger.checkpoints())[-1]
    assert full.newest_checkpoint()[0] == 10  # type: ignore[index]
