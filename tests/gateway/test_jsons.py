"""JSON as it comes and goes."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from kijun.gateway.jsons import MOST_DEPTH, NotJson, TooDeep, parse
from tests.gateway.test_app import BEARER
from tests.gateway.town import Running


def nested(depth: int, shape: str = "[]") -> str:
    """So many lists or objects in each other."""
    open_, close = ("[", "]") if shape == "[]" else ('{"a":', "}")
    return open_ * depth + "1" + close * depth


def test_it_reads_what_it_is_given() -> None:
    assert parse(b'{"a":[1,2.5,"\xe3\x81\x82"]}') == {"a": [1, 2.5, "あ"]}
    assert parse(b'{"a":12345678901234567890}', exact=True) == {"a": 12345678901234567890}


@pytest.mark.parametrize("shape", ["[]", "{}"])
@pytest.mark.parametrize("exact", [False, True])
def test_how_deep_it_may_nest(shape: str, exact: bool) -> None:
    parse(nested(MOST_DEPTH, shape).encode(), exact=exact)
    for depth in (MOST_DEPTH + 1, 260, 1_000, 50_000):
        with pytest.raises(TooDeep):
            parse(nested(depth, shape).encode(), exact=exact)


def test_brackets_beside_each_other_or_in_texts_are_not_deep() -> None:
    said = [[[1.5, 2.5]] * 300, "[" * 500, {"a": [{}] * 300}]
    assert parse(json.dumps(said).encode()) == said
    with pytest.raises(NotJson):
        parse(b"[" * 500)


@pytest.mark.parametrize("depth", [260, 900, 50_000])
@pytest.mark.parametrize(
    "where", ['"x":%s,"messages":[{"role":"user","content":"a"}]', '"messages":[{"content":"a","x":%s}]']
)
def test_a_request_that_nests_too_deep_is_told_so(gateway: Running, depth: int, where: str) -> None:
    """It ended as a fault of the gateway's."""
    body: Any = '{"model":"model",' + where % nested(depth) + "}"
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=body, headers=BEARER)
    error = told.json()["error"]
    assert (told.status_code, error["code"]) == (400, "invalid_json")
    assert f"at most {MOST_DEPTH}" in error["message"]
    assert f"{MOST_DEPTH}段まで" in error["message"]
