"""Entries as bytes."""

from __future__ import annotations

import json
import struct
from hashlib import sha256

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.ledger.model import COLUMNS, FORMAT, new_id
from kijun.ledger.packing import (
    DICTIONARIES,
    NOTHING,
    BadPacking,
    clear_of,
    commitment,
    joined,
    pack,
    parted,
    to_json,
    unpack,
)
from tests.ledger.conftest import entry


def test_what_was_packed_is_unpacked() -> None:
    one = entry("税金の相談", masked={"⟦氏名1⟧": "山田太郎"}, findings=("PERSON", "ADDRESS", "PERSON"))
    packed = pack(one)
    salt, masked_commitment, said = unpack(packed.content)
    assert orjson.loads(said) == one.content
    assert commitment(packed.clear, salt, masked_commitment, said) == packed.commitment
    masked_salt, _nothing, values = unpack(packed.masked)
    assert orjson.loads(values) == one.masked
    assert masked_commitment == sha256(masked_salt + values).digest()
    assert packed.clear[COLUMNS.index("findings")] == ",ADDRESS,PERSON,"


def test_a_commitment_is_what_the_documentation_says() -> None:
    packed = pack(entry())
    salt, masked_commitment, said = unpack(packed.content)
    clear = json.dumps(list(packed.clear), ensure_ascii=False, separators=(",", ":")).encode()
    wanted = FORMAT.encode() + b"\0" + struct.pack(">I", len(clear)) + clear + salt + masked_commitment + said
    assert packed.commitment == sha256(wanted).digest()
    assert masked_commitment == NOTHING


def test_the_same_entry_never_has_the_same_commitment() -> None:
    one = entry()
    assert pack(one).commitment != pack(one).commitment


def test_every_clear_column_is_bound() -> None:
    packed = pack(entry())
    salt, masked, said = unpack(packed.content)
    for at in range(len(COLUMNS)):
        changed = list(packed.clear)
        changed[at] = changed[at] + 1 if isinstance(changed[at], int) else changed[at] + "x"
        assert commitment(tuple(changed), salt, masked, said) != packed.commitment


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists
        ),
    )
)
def test_any_content_comes_back(content: dict[str, object]) -> None:
    _salt, _masked, said = unpack(pack(entry(content=content)).content)
    assert orjson.loads(said) == content


@given(st.text(st.characters(categories=["L", "C", "S", "P"]), max_size=30))
def test_clear_columns_are_the_same_in_anybodys_json(text: str) -> None:
    """The stand-alone verifier writes them with the standard library."""
    told = clear_of(entry(model=text))
    assert orjson.dumps(told) == json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def test_what_json_cannot_hold_is_written_as_it_can() -> None:
    odd = {"lone": "a\ud800b", "huge": 1 << 70, 3: {"set": {1}}, "object": object, "nan": float("nan")}
    found = orjson.loads(to_json(odd))
    assert found["lone"] == "a?b"
    assert found["huge"] == str(1 << 70)
    assert found["3"] == {"set": [1]}
    assert found["nan"] is None


def test_clear_columns_hold_nothing_that_a_database_refuses() -> None:
    told = clear_of(entry(model="gpt\x00-4\ud800"))
    assert told[COLUMNS.index("model")] == "gpt\ufffd-4?"


@pytest.mark.parametrize("packed", [b"", b"x" * 64, b"x" * 70])
def test_garbage_is_no_packing(packed: bytes) -> None:
    with pytest.raises(BadPacking):
        unpack(packed)


def test_an_endless_frame_is_not_unpacked() -> None:
    import zstandard

    bomb = zstandard.ZstdCompressor().compress(b"0" * (65 * 1024 * 1024))
    with pytest.raises(BadPacking):
        unpack(bytes(64) + bomb)


def test_too_much_is_refused_before_it_is_kept() -> None:
    with pytest.raises(ValueError, match="at most"):
        pack(entry("x" * (65 * 1024 * 1024)))


def test_findings_are_found_by_like() -> None:
    assert joined(()) == ""
    assert parted(joined(("MY_NUMBER", "AGE"))) == ("AGE", "MY_NUMBER")


def test_ids_sort_by_time_and_differ() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert [one[:12] for one in made] == sorted(one[:12] for one in made)
    assert all(len(one) == 32 and one[12] == "7" and one[16] in "89ab" for one in made)


def test_the_dictionary_that_packed_is_there() -> None:
    """Records of old versions open only with the dictionary of then: its bytes never change."""
    from importlib.resources import files

    data = files("kijun.ledger").joinpath("data", DICTIONARIES[0]).read_bytes()
    assert sha256(data).hexdigest() == "537272335237b74adf2c23e8afd28ea129143b3b086204108dc86477795a5101"
