"""Mails cut into parts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files import FileLimits, NestedTooDeep, TooManyEntries, UnsafeFile
from kijun.inspection.files.limits import Budget
from kijun.inspection.files.mime import (
    blanked,
    decode_words,
    from_base64,
    leaves,
    parameters,
    uuencoded_blocks,
)


def parts(data: bytes, limits: FileLimits = FileLimits()) -> list[tuple[int, bytes]]:
    return [(depth, part.content()) for depth, part in leaves(data, Budget(limits))]


def test_it_works() -> None:
    mail = (
        b'Subject: x\r\nContent-Type: multipart/mixed;\r\n boundary="a b"\r\n\r\nbefore\r\n--a b\r\n\r\none\r\n'
        b"--a b\r\nContent-Transfer-Encoding: base64\r\n\r\ndHdv\r\n--a b--\r\nNote: after"
    )
    assert parts(mail) == [(0, b""), (2, b"before\r"), (2, b"one\r"), (2, b"two"), (2, b"Note: after")]


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "base64 (x)", "(x) base64", "base64;"])
def test_a_remark_beside_the_encoding_leaves_it_the_encoding(encoding: str) -> None:
    mail = f"Subject: x\nContent-Transfer-Encoding: {encoding}\n\ndHdv\n"
    assert parts(mail.encode())[1:] == [(1, b"two")]


def test_what_old_unix_encoded_is_decoded() -> None:
    mail = b"Subject: x\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#='=O\n#\xfe\xfe\xfe\xfe\n`\nend\n"
    assert parts(mail)[1:] == [(1, b"two")]


def test_a_boundary_that_never_comes_leaves_one_body() -> None:
    assert parts(b"Content-Type: multipart/mixed; boundary=a\n\n--b\nx") == [(0, b""), (1, b"--b\nx")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <a@example.jp>", "山田 <a@example.jp>"),
        ("=?utf-8?Q?=E5=B1=B1=E7=94=B0?=", "山田"),
        ("=?utf-8?B?5bE=?= =?utf-8?B?seeUsA==?=", "山田"),
        ("Re: =?utf-8?B?5bGx?= =?shift_jis?B?k2M=?= x", "Re: 山田 x"),
        ("=?utf-8*ja?Q?a_b?=", "a b"),
        ("\x1b$B;3ED\x1b(B", "山田"),
        ("plain", "plain"),
        ("=?utf-8?Q?", "=?utf-8?Q?"),
    ],
)
def test_words_of_headers(value: str, expected: str) -> None:
    assert decode_words(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('attachment; filename="a \\"b\\".txt"', 'a "b".txt'),
        ("attachment; filename=a.txt; x=y", "a.txt"),
        ("attachment; filename*=UTF-8''%E5%B1%B1.txt", "山.txt"),
        ("attachment; filename*0*=UTF-8''%E5%B1; filename*1*=%B1; filename*2=.txt", "山.txt"),
        ('attachment; filename="=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?="', "山田"),
        ('attachment; filename="open', "open"),
    ],
)
def test_parameters(value: str, expected: str) -> None:
    assert parameters(value)["filename"] == expected


def test_base64_as_mailers_read_it() -> None:
    assert from_base64(b"5b\r\nG x!") == "山".encode()
    assert from_base64(b"5bGx5") == "山".encode()
    assert from_base64(b"") == b""


def test_depth_parts_and_headers_are_bounded() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=a%d\n\n--a%d\n" % (at, at) for at in range(50))
    with pytest.raises(NestedTooDeep):
        parts(deep)
    many = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 200
    with pytest.raises(TooManyEntries):
        parts(many, FileLimits(entries=100))
    with pytest.raises(UnsafeFile):
        parts(b"Subject: x\n" + b" y\n" * 500_000)


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: x\n\n" + b"\n" * 10_000_000,
        b"Subject: x\nContent-Type: a/b" + b';a="' * 200_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 60_000 + b"\n\nx",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"\n--ab" * 2_000_000,
    ],
)
def test_hostile_mails_take_no_longer(data: bytes) -> None:
    start = time.process_time()
    for _, part in leaves(data, Budget(FileLimits())):
        decode_words(part.headers.get("subject", ""))
        assert part.file_name == ""
    assert time.process_time() - start < 5


def test_files_in_a_text_are_blanked_with_their_lines() -> None:
    text = b"a\r\nbegin 644 b\r\n#='=O\r\n`\r\nend\r\nc"
    blocks = list(uuencoded_blocks(text))
    assert [(block.name, block.content) for block in blocks] == [("b", b"two")]
    assert blanked(text, blocks) == b"a\r\n\n\n\n\nc"
    assert list(uuencoded_blocks(b"begin 644 b\nend\nbegin 644 b\nno line\nend\nbegin 644 b\n#='=O\n")) == []


@pytest.mark.parametrize(
    "line", [b"begin 644 a\n", b"begin 644 a\n#='=O\n", b"begin 644 a\n" + b"#='=O\n" * 9]
)
def test_texts_of_many_beginnings_take_no_longer(line: bytes) -> None:
    start = time.process_time()
    list(uuencoded_blocks(line * 50_000))
    assert time.process_time() - start < 5


@given(st.text(alphabet="=?utf-8BQ*'%E5\"\\;a \x1b$(", max_size=80))
def test_any_header(value: str) -> None:
    decode_words(value)
    parameters(value)


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: multipart/mixed; boundary=a\n",
                b"\n",
                b"--a\n",
                b"--a--\n",
                b"x\n",
                b"From x\n",
                b" y\r\n",
            ]
        ),
        max_size=30,
    )
)
def test_any_mail(lines: list[bytes]) -> None:
    list(leaves(b"".join(lines), Budget(FileLimits(depth=100))))
