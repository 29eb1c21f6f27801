"""Where sealed files lie, as an operator writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kijun.ledger.place import CACHE, BadPlace, Bucket, parse


def test_nothing_is_the_ledgers_folder() -> None:
    assert parse("") is None


def test_a_bucket_alone_is_one_of_aws() -> None:
    assert parse("s3://town-records") == Bucket("town-records")
    assert Bucket("town-records").location == "s3://town-records"


def test_everything_can_be_said(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")
    found = parse(
        f"s3://town/kijun/ledger/?endpoint=https://s3.example.lg.jp:9000/&region=ap-northeast-1&ca={ca}"
        "&style=virtual&proxy=http://proxy.example.lg.jp:8080&cache=200000000"
    )
    assert found == Bucket(
        "town", "kijun/ledger", "https://s3.example.lg.jp:9000", "ap-northeast-1", str(ca),
        "http://proxy.example.lg.jp:8080", True, 200_000_000,
    )  # fmt: skip
    assert found.location == "s3://town/kijun/ledger"


def test_a_closed_network_may_do_without_tls_when_it_says_so() -> None:
    assert parse("s3://town?endpoint=http://minio:9000&tls=no") == Bucket(
        "town", endpoint="http://minio:9000"
    )
    assert parse("s3://town?endpoint=http://127.0.0.1:9000") == Bucket(
        "town", endpoint="http://127.0.0.1:9000"
    )
    assert CACHE == 10_000_000_000, "as docs/ledger.md says"


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("/mnt/records", "s3://"),
        ("https://s3.example.lg.jp/town", "s3://"),
        ("s3://key:secret@town", "AWS_ACCESS_KEY_ID"),
        ("s3://", "bucket"),
        ("s3://Town", "bucket"),
        ("s3://town/../other", "prefix"),
        ("s3://town/a b", "prefix"),
        ("s3://town/%61", "prefix"),
        ("s3://town#x", "prefix"),
        ("s3://town?secret=x", "secret"),
        ("s3://town?endpoint=minio:9000", "endpoint"),
        ("s3://town?endpoint=https://host:x", "endpoint"),
        ("s3://town?endpoint=https://host/path", "endpoint"),
        ("s3://town?endpoint=http://minio:9000", "tls=no"),
        ("s3://town?tls=maybe", "tls"),
        ("s3://town?style=x", "style"),
        ("s3://town?region=a b", "region"),
        ("s3://town?ca=/nowhere.pem", "/nowhere.pem"),
        ("s3://town?ca=relative.pem", "relative.pem"),
        ("s3://town?proxy=http://me:word@proxy", "proxy"),
        ("s3://town?cache=10", "cache"),
        ("s3://town?cache=many", "cache"),
    ],
)
def test_what_cannot_be_used_is_said_in_both_languages(address: str, word: str) -> None:
    with pytest.raises(BadPlace) as found:
        parse(address)
    assert word in found.value.en
    assert found.value.ja.startswith("KIJUN_LEDGER_FILES：")
    assert "secret@" not in found.value.en + found.value.ja
    assert "me:word" not in found.value.en + found.value.ja
