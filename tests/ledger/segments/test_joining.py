import pytest

from kijun.ledger.segments import Reader, SegmentFault, drop, drop_indexes, join, joinable, orphans
from tests.ledger.segments.town import Town, ask, digest, seqs


def test_it_works(town: Town, reader: Reader) -> None:
    rows = [town.row(f"税金 {number}") for number in range(9)]
    small = [town.seal(f"s{part}", rows[part::3]) for part in range(3)]
    assert joinable(small) == [small]
    joined, names = join(town.folder, small, digest(101), town.decrypt, "joined")
    assert names == ["s0", "s1", "s2"]
    assert (joined.rows, joined.first_seq, joined.last_seq) == (9, 0, 8)
    assert seqs(reader.search(ask("税金", limit=99), small).rows) == list(range(8, -1, -1)), (
        "the old ones stay until they are dropped"
    )
    assert drop(town.folder, names) == 6
    reader.forget(names)
    assert seqs(reader.search(ask("税金", limit=99), [joined]).rows) == list(range(8, -1, -1))
    assert seqs(reader.search(ask("税金 7"), [joined]).rows) == [7]
    assert [row for batch in reader.scan([joined]) for row in batch.to_pylist()] == [
        {**row, "month": "2026-11"} for row in rows
    ]
    assert drop(town.folder, names) == 0, "done again after a crash"


def test_joining_again_after_a_crash_gives_the_same(town: Town) -> None:
    small = [town.say("a", "一"), town.say("b", "二")]
    first, _ = join(town.folder, small, digest(101), town.decrypt, "joined")
    again, _ = join(town.folder, small, digest(101), town.decrypt, "joined")
    assert first.sha256_data == again.sha256_data
    assert {name.rpartition("/")[2] for name in orphans(town.folder, ["a", "b"])} == {
        "joined.parquet",
        "joined.index",
    }


def test_only_what_belongs_together_is_joined(town: Town) -> None:
    a, b = town.say("a", "一"), town.say("b", "二")
    other, key = town.say("c", "三", retention="y5"), town.say("d", "四", content_key=2)
    assert joinable([a, other, key, b]) == [[a, b]]
    assert joinable([a, b], full=1) == []
    for group, name in (([a, other], "x"), ([a, key], "x"), ([a, a], "x"), ([a, b], "a"), ([], "x")):
        with pytest.raises(ValueError):
            join(town.folder, group, digest(101), town.decrypt, name)


def test_groups_are_not_larger_than_full(town: Town) -> None:
    small = [town.say(f"s{number}", *["x"] * 4) for number in range(7)]
    assert [[segment.name for segment in group] for group in joinable(small, full=12)] == [
        ["s0", "s1", "s2"],
        ["s3", "s4", "s5"],
    ]


def test_a_broken_or_erased_segment_is_not_joined(town: Town) -> None:
    a, b = town.say("a", "一"), town.say("b", "二")
    (town.folder / b.path).write_bytes(b"x" * b.bytes_data)
    with pytest.raises(SegmentFault):
        join(town.folder, [a, b], digest(101), town.decrypt, "x")
    b = town.seal("b", town.rows[1:])
    town.keys.clear()
    with pytest.raises(ValueError, match="erased"):
        join(town.folder, [a, b], digest(101), town.decrypt, "x")
    assert not list(town.folder.rglob("*x.*"))


def test_an_index_whose_key_was_destroyed_can_go_alone(town: Town, reader: Reader) -> None:
    segment = town.say("a", "税金")
    town.keys.clear()
    assert drop_indexes(town.folder, ["a"]) == 1
    assert reader.search(ask("税金"), [segment]).rows == () == reader.search(ask("税金"), [segment]).faults
    assert seqs(reader.search(ask(), [segment]).rows) == [0]
