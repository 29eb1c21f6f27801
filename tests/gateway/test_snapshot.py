"""The policy snapshot as it is written and read."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest

from kijun.gateway.snapshot import (
    PLACE,
    Grant,
    Handling,
    Model,
    Purpose,
    Route,
    Snapshot,
    Stop,
    UnreadableSnapshot,
    Upstream,
    dump,
    load,
    read,
    write,
)

WHOLE = Snapshot(
    3,
    1_700_000_000_000,
    upstreams=(Upstream("1", "見本", kind="sample", headers={"x-a": "sealed1:…"}, training_opt_out=True),),
    models=(Model("kijun-sample", "131000", "7", (Route("1", "sample", order=1),)),),
    purposes=(
        Purpose("2", "131000", "文書の下書き", input=Handling({"personal": "mask"}), hours=((0, 480, 1080),)),
    ),
    grants=(Grant("9", "131000", "7", "2", application="assistant", keys=("ab" * 32,), requests=5),),
    stops=(Stop("system", "131000", "7", "点検中", "under inspection", since=1_699_999_000_000),),
    lifted=(Stop("everything", "131000", since=1, until=2),),
    people={"131000": {"3001": "7"}},
    contact={"131000": "情報政策課"},
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert write(tmp_path, WHOLE) == tmp_path / PLACE
    assert read(tmp_path) == WHOLE
    assert stat.S_IMODE((tmp_path / PLACE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / PLACE).parent.iterdir()] == ["policy.json"]


def test_another_one_takes_its_place(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    write(tmp_path, Snapshot(4, 1))
    assert read(tmp_path) == Snapshot(4, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.update(format=2), "format"),
        (lambda found: found.update(surprise=1), "surprise"),
        (lambda found: found.pop("version"), "version"),
        (lambda found: found.update(version="3"), "int"),
        (lambda found: found.update(version=True), "int"),
        (lambda found: found["grants"][0].update(keys="ab"), "list"),
        (lambda found: found["grants"][0].update(keys=[1]), "str"),
        (lambda found: found["purposes"][0].update(hours=[[0, 1]]), "3 values"),
        (lambda found: found["upstreams"].append("x"), "object"),
    ],
)
def test_what_is_no_snapshot_is_refused(change, said: str) -> None:  # type: ignore[no-untyped-def]
    found = orjson.loads(dump(WHOLE))
    change(found)
    with pytest.raises(UnreadableSnapshot, match=said):
        load(orjson.dumps(found))


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"format":1}'])
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        load(data)
