"""Segments in a bucket, and everything that can be wrong with one."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kijun.ledger.model import Query, new_id
from kijun.ledger.place import parse
from kijun.ledger.segments import Segment, SegmentFault, Table, drop, join, orphans
from kijun.ledger.segments.s3 import CLAIM, S3
from kijun.ledger.segments.store import NoRoom, StoreFault, open_store
from tests.ledger.bucket import KEYS, SILENCE, Bucket, S3Server
from tests.ledger.segments.town import Town, ask, digest, seqs


@pytest.fixture
def address(s3: S3Server) -> str:
    return s3.address(new_id())


@pytest.fixture
def bucket(address: str) -> Bucket:
    return Bucket(address)


@pytest.fixture
def far(tmp_path: Path, address: str) -> Town:
    """A town whose segments lie in a bucket."""
    store = open_store(tmp_path / "ledger", address)
    store.claim("town", 0)
    return Town(tmp_path / "ledger", store=store)


def elsewhere(town: Town, address: str) -> Town:
    """The same town seen from a machine that has no copies yet."""
    folder = town.folder.with_name(new_id())
    return Town(folder, town.keys, town.rows, town.texts, store=open_store(folder, address))


def found(town: Town, text: str, *segments: Segment) -> list[int]:
    with town.reader() as reader:
        hits = reader.search(ask(text), segments)
        assert hits.faults == ()
        return seqs(hits.rows)


def test_it_works(far: Town, address: str, bucket: Bucket) -> None:
    segment = far.say("a", "住民税", "介護")
    assert [name for name in bucket.names() if name.startswith("data/")] == [
        segment.index_path,
        segment.path,
    ]
    assert not (far.folder / "data").exists()
    other = elsewhere(far, address)
    assert found(other, "介護", segment) == [1]
    assert found(other, "", segment) == [1, 0]
    with other.reader() as reader:
        row = reader.get(0, [segment])
        assert row is not None
        assert row["id"] == far.rows[0]["id"]
        assert [batch.num_rows for batch in reader.scan([segment])] == [2]
    assert not (other.folder / "data").exists()


def test_what_was_just_sealed_is_not_fetched_again_and_is_in_the_bucket_as_it_was_made(
    far: Town, s3: S3Server, bucket: Bucket
) -> None:
    segment = far.say("a", "税金")
    s3.asked.clear()
    assert found(far, "税金", segment) == [0]
    assert s3.asked == []
    with far.store.held([segment.data, segment.index]) as paths:
        assert [path.read_bytes() for path in paths] == [
            bucket.read(segment.path),
            bucket.read(segment.index_path),
        ]


def test_segments_are_joined_and_dropped(far: Town, address: str, bucket: Bucket) -> None:
    small = [far.say("a", "一つ目"), far.say("b", "二つ目")]
    joined, names = join(far.store, small, digest(101), far.decrypt, "joined")
    assert [name.rpartition("/")[2] for name in orphans(far.store, ["joined"])] == [
        "a.index", "a.parquet", "b.index", "b.parquet",
    ]  # fmt: skip
    assert drop(far.store, names) == 4
    assert drop(far.store, names) == 0
    assert orphans(far.store, ["joined"]) == []
    assert found(elsewhere(far, address), "つ目", joined) == [1, 0]


def test_the_table_is_read_by_whoever_knows_the_bucket(far: Town, address: str, s3: S3Server) -> None:
    """With pyiceberg's own way to S3 and the newest metadata alone, as another engine would."""
    from pyiceberg.table import StaticTable

    segments = [far.say("a", "一"), far.say("b", "二", municipality="132000"), far.say("c", "三")]
    with Table(far.store) as table:
        table.sync(segments)
        table.sync(segments[:2])
        where = table._table.metadata_location
    assert where.startswith(f"{far.store.location}/metadata/")
    read = StaticTable.from_metadata(
        where,
        {
            "s3.endpoint": s3.endpoint,
            "s3.region": "us-east-1",
            "s3.access-key-id": KEYS["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": KEYS["AWS_SECRET_ACCESS_KEY"],
        },
    )
    rows = read.scan(selected_fields=("seq", "municipality")).to_arrow().to_pylist()
    assert sorted(rows, key=lambda row: row["seq"]) == [
        {"seq": 0, "municipality": "131000"},
        {"seq": 1, "municipality": "132000"},
    ]
    with Table(open_store(far.folder, address)) as table:
        assert len(table.files()) == 2


def test_metadata_does_not_pile_up(far: Town, bucket: Bucket) -> None:
    segments = [far.say(f"s{number}", "x") for number in range(3)]
    with Table(far.store) as table:
        for number in range(3):
            table.sync(segments[: number + 1])
        table.remove_files(["s0"])
        assert len(table._table.snapshots()) == 1
    assert len([name for name in bucket.names() if name.startswith("metadata/")]) <= 8


@pytest.mark.parametrize("how", ["gone", "torn"])
def test_a_table_whose_metadata_was_lost_is_made_anew(far: Town, bucket: Bucket, how: str) -> None:
    segments = [far.say("a", "一")]
    with Table(far.store) as table:
        table.sync(segments)
        name = table._table.metadata_location.removeprefix(f"{far.store.location}/")
    if how == "gone":
        bucket.remove(name)
    else:
        bucket.write(name, bucket.read(name)[:100])
    with Table(far.store) as table:
        table.sync(segments)
        assert len(table.scan()) == 1


def test_a_table_is_not_thrown_away_because_the_bucket_does_not_answer(far: Town, s3: S3Server) -> None:
    segments = [far.say("a", "一")]
    with Table(far.store) as table:
        table.sync(segments)
        before = table._table.metadata_location
    with s3.says("503 SlowDown"), pytest.raises(StoreFault):
        Table(far.store)
    with Table(far.store) as table:
        assert table._table.metadata_location == before
        with s3.says("403 AccessDenied"), pytest.raises(StoreFault):
            table.sync([])
        table.sync(segments)
        assert len(table.scan()) == 1


# --- files that are not what was sealed ---------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:-1], "bytes"),
        (lambda data: data + b"more", "more than"),
        (lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:], "changed"),
        (None, "missing"),
    ],
)
@pytest.mark.parametrize("what", ["data file", "index"])
def test_a_file_that_is_not_what_was_sealed_is_a_fault(  # type: ignore[no-untyped-def]
    far: Town, address: str, bucket: Bucket, what: str, change, words: str
) -> None:
    first, second = far.say("a", "一つ目の相談"), far.say("b", "二つ目の相談")
    name = first.path if what == "data file" else first.index_path
    if change is None:
        bucket.remove(name)
    else:
        bucket.write(name, change(bucket.read(name)))
    with elsewhere(far, address).reader() as reader:
        hits = reader.search(ask("相談"), [first, second])
        (fault,) = hits.faults
        assert fault.name == "a"
        assert fault.what.startswith(what)
        assert words in fault.what
        assert seqs(hits.rows) == ([1] if what == "data file" else [1, 0]), "without its index it is scanned"
    far.store.forget(["a"])
    assert [
        path.name for path in far.store.below.iterdir() if path.name[0] != "." and "a~" in path.name
    ] == []


def test_a_copy_that_was_changed_on_this_machine_is_fetched_anew(far: Town, address: str) -> None:
    segment = far.say("a", "税金")
    other = elsewhere(far, address)
    assert found(other, "税金", segment) == [0]
    for path in other.store.below.iterdir():
        if path.suffix == ".parquet":
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert found(other, "税金", segment) == [0]
    for path in other.store.below.iterdir():
        if path.suffix == ".parquet":
            path.unlink()
    assert found(other, "税金", segment) == [0]


def test_looking_anew_finds_what_a_copy_hides(far: Town, bucket: Bucket) -> None:
    segment = far.say("a", "税金")
    bucket.remove(segment.path)
    assert found(far, "税金", segment) == [0], "the copy is what was sealed"
    with far.reader() as reader, pytest.raises(SegmentFault, match="missing"):
        reader.files.refresh(segment)


def test_copies_take_no_more_room_than_they_may(far: Town, address: str) -> None:
    segments = [far.say(f"s{number}", *["相談" * 50] * 20) for number in range(6)]
    other = elsewhere(far, address)
    assert isinstance(other.store, S3)
    room = 3 * max(segment.bytes_data + segment.bytes_index for segment in segments)
    other.store.cache.room = room
    with other.reader() as reader:
        for text in ("相談", "談相", "相", ""):
            assert len(reader.search(ask(text, limit=200), segments).rows) == 120
            assert other.store.cache.taken() <= room
        assert sum(batch.num_rows for batch in reader.scan(segments)) == 120
        other.store.cache.room = 10
        reader.forget([segment.name for segment in segments])
        with pytest.raises(NoRoom):
            reader.search(Query(municipality=None, kinds=("input",)), segments)


def test_a_search_by_words_fetches_only_files_with_candidates(far: Town, address: str) -> None:
    segments = [far.say(f"s{number}", "相談", word) for number, word in enumerate(("税金", "介護", "住民票"))]
    other = elsewhere(far, address)
    assert found(other, "介護", *segments) == [3]
    assert sorted(path.name.partition("~")[0] for path in other.store.below.glob("*.parquet")) == ["s1"]


def test_copies_of_what_was_forgotten_are_gone(far: Town) -> None:
    segment = far.say("a", "税金")
    with far.reader() as reader:
        reader.search(ask("税金"), [segment])
        reader.forget(["a"])
    assert [path.name for path in far.store.below.iterdir()] == [".locks"]


# --- a service that does not serve --------------------------------------------------------------


@pytest.fixture
def secrets_stay(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Keys are in no log, whatever the service repeats of them."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert not any(key in caplog.text for key in KEYS.values())


@pytest.mark.parametrize(
    ("said", "ja", "en"),
    [
        ("403 SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
        ("403 InvalidAccessKeyId", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
        ("403 AccessDenied", "許された操作", "what they may do"),
        ("403 RequestTimeTooSkewed", "時計", "clock"),
        ("503 SlowDown", "あとで", "tried again"),
        ("500 InternalError", "あとで", "tried again"),
        ("507 XMinioStorageFull", "空き容量", "free space"),
        ("301 PermanentRedirect", "region", "region"),
        ("400 AuthorizationHeaderMalformed", "region", "region"),
        ("404 NoSuchBucket", "バケット", "bucket"),
    ],
)
@pytest.mark.usefixtures("secrets_stay")
def test_what_the_service_says_becomes_words(
    tmp_path: Path, address: str, s3: S3Server, monkeypatch: pytest.MonkeyPatch, said: str, ja: str, en: str
) -> None:
    monkeypatch.setattr("kijun.ledger.segments.s3._TRIES", 1)
    far = Town(tmp_path / "ledger", store=open_store(tmp_path / "ledger", address))
    far.store.claim("town", 0)
    segment = far.say("a", "税金")
    other = elsewhere(far, address)
    with s3.says(said):
        for fail in (
            lambda: far.say("b", "介護"),
            lambda: found(other, "税金", segment),
            lambda: other.store.claim("town", 1),
            lambda: drop(far.store, ["a"]),
        ):
            with pytest.raises(StoreFault) as told:
                fail()
            assert ja in told.value.ja, told.value.ja
            assert en in told.value.en, told.value.en
            assert far.store.place in told.value.ja
            assert far.store.place in told.value.en
            assert not any(key in told.value.ja + told.value.en for key in KEYS.values())
            assert not any(key in repr(told.value.__context__) for key in KEYS.values()) or (
                told.value.__suppress_context__
            )
    assert found(other, "税金", segment) == [0], "and serves again"
    assert [path.name for path in far.store.below.iterdir() if path.name.endswith(".draft")] == []
    second = far.say("b", "介護")
    assert found(elsewhere(far, address), "介護", second) == [len(far.rows) - 1]


def test_nobody_there(far: Town, address: str) -> None:
    segment = far.say("a", "税金")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"s3://town/x?endpoint=http://127.0.0.1:{taken.getsockname()[1]}"
        other = elsewhere(far, closed)
        started = time.monotonic()
        with pytest.raises(StoreFault, match="cannot be reached") as told:
            found(other, "税金", segment)
    assert "接続できません" in told.value.ja
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_a_service_that_says_nothing_is_given_up(
    far: Town, address: str, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kijun.ledger.segments.s3._SILENCE", 1.0)
    segment = far.say("a", "税金")
    other = elsewhere(far, address)
    started = time.monotonic()
    with s3.says(SILENCE), pytest.raises(StoreFault, match="cannot be reached"):
        found(other, "税金", segment)
    assert time.monotonic() - started < 30


def test_a_bucket_that_was_never_made(far: Town, s3: S3Server) -> None:
    segment = far.say("a", "税金")
    other = elsewhere(far, s3.address("x").replace("s3://town/", "s3://no-such-town/"))
    for fail in (
        lambda: found(other, "税金", segment),
        lambda: other.store.names("data"),
        lambda: other.store.claim("town", 0),
    ):
        with pytest.raises(StoreFault, match="no such bucket"):
            fail()


def test_what_was_written_is_read_back_before_it_counts(
    far: Town, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(far.store, S3)
    write = far.store._write

    def spoiled(name: str, pieces) -> None:  # type: ignore[no-untyped-def]
        data = b"".join(pieces)
        write(name, [data[:-1] + bytes([data[-1] ^ 1])])

    with monkeypatch.context() as patch:
        patch.setattr(far.store, "_write", spoiled)
        with pytest.raises(StoreFault, match="Nothing was lost"):
            far.say("a", "税金")
    segment = far.seal("a", far.rows)
    assert found(far, "税金", segment) == [0]


# --- whose place it is --------------------------------------------------------------------------


def test_a_place_belongs_to_one_ledger_and_knows_how_far_it_came(tmp_path: Path, address: str) -> None:
    mine = open_store(tmp_path, address)
    mine.claim("mine", 10)
    open_store(tmp_path, address).claim("mine", 10)
    with pytest.raises(StoreFault, match="another ledger"):
        open_store(tmp_path, address).claim("theirs", 99)
    mine.claim("mine", 20)
    with pytest.raises(StoreFault, match="later state"):
        open_store(tmp_path, address).claim("mine", 19)
    Bucket(address).remove(CLAIM)
    open_store(tmp_path, address).claim("mine", 19)


def test_a_claim_that_cannot_be_read_is_believed_by_nobody(tmp_path: Path, address: str) -> None:
    for garbage in (b"", b"{}", b'{"ledger": "mine", "entries": "many"}', b"\xff"):
        Bucket(address).write(CLAIM, garbage)
        with pytest.raises(StoreFault, match=CLAIM):
            open_store(tmp_path, address).claim("mine", 1)


def test_nothing_is_written_or_deleted_before_the_place_was_claimed(tmp_path: Path, address: str) -> None:
    town = Town(tmp_path / "ledger", store=open_store(tmp_path / "ledger", address))
    with pytest.raises(RuntimeError):
        town.say("a", "税金")
    with pytest.raises(RuntimeError):
        town.store.delete(["data/a"])


# --- a private authority of certificates --------------------------------------------------------


def authority(folder: Path) -> tuple[str, str]:
    """A certificate of a town's own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "town")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(certificate), str(private)


def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    files = authority(tmp_path)
    with S3Server(tls=files) as server:
        store = open_store(tmp_path / "ledger", server.address("x", ca=files[0]))
        store.claim("town", 0)
        town = Town(tmp_path / "ledger", store=store)
        segment = town.say("a", "税金")
        with Table(store) as table:
            table.sync([segment])
            assert len(table.scan()) == 1
        stranger = elsewhere(town, server.address("x"))
        with pytest.raises(StoreFault, match="certificate") as told:
            found(stranger, "税金", segment)
        assert " ca " in told.value.ja


# --- crashes ------------------------------------------------------------------------------------

_CHILD = """
import sys
from pathlib import Path
from kijun.ledger.segments.store import open_store
from tests.ledger.segments.town import Town
store = open_store(Path(sys.argv[1]), sys.argv[2])
store.claim("town", 0)
town = Town(Path(sys.argv[1]), store=store)
rows = [town.row("税金の話" * 40, seq=seq) for seq in range(1000, 3000)]
print("ready", flush=True)
while True:
    town.seal("second", rows)
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.1, 0.5, 0.9])
def test_kill_in_the_middle_of_a_write(far: Town, address: str, bucket: Bucket, delay: float) -> None:
    first = far.say("first", "税金の前の話")
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(far.folder), address],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src:."},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
    second = far.seal("second", [far.row("税金の後の話", seq=9000)])
    assert found(elsewhere(far, address), "税金", first, second) == [9000, 0]
    assert far.store.delete(orphans(far.store, ["first"])) == 2
    assert [name for name in bucket.names() if name.startswith("data/")] == [first.index_path, first.path]


def test_an_address_never_shows_who_enters(address: str) -> None:
    parsed = parse(address)
    assert not any(key in repr(parsed) + address for key in KEYS.values())
