"""Labels of an encoding that hold, and such as do not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files.declared import declared, decode_as

SENTENCE = "申請者は山田太郎さん、携帯は090-1234-5678です。"
ROLL = "氏名,住所\r\n山田太郎,東京都千代田区\r\n佐藤花子,大阪市北区\r\n"
HALF = "ﾔﾏﾀﾞ ﾀﾛｳ\r\nｻﾄｳ ﾊﾅｺ\r\nﾄｳｷﾖｳﾄﾁﾖﾀﾞｸ ｶｽﾐｶﾞｾｷ 1-2-3\r\n"
JAPANESE = ["utf-8", "cp932", "euc_jp", "iso2022_jp"]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("Shift_JIS", "cp932"),
        ("ISO-2022-JP", "iso2022_jp"),
        ("UTF-8", "utf-8"),
        ("x-unknown", "utf-8"),
        ("us-ascii", "cp932"),
        ("zlib", "utf-8"),
        ("utf-8", "cp932"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-7", "utf-7"),
        ('"iso-2022-jp"', "iso2022_jp"),
    ],
)
def test_it_works(charset: str, encoding: str) -> None:
    assert decode_as(ROLL.encode(encoding), charset) == ROLL


@pytest.mark.parametrize("encoding", JAPANESE)
@pytest.mark.parametrize(
    "charset",
    [
        *("iso-2022-jp", "shift_jis", "utf-8", "euc-jp", "us-ascii", "iso-8859-1", "iso-8859-15"),
        *("windows-1252", "utf-7", "utf-16", "gb2312", "gbk", "euc-kr", "koi8-r", "x-unknown", ""),
    ],
)
def test_what_the_content_says_wins(charset: str, encoding: str) -> None:
    found = declared(SENTENCE.encode(encoding), charset)
    assert (found.text, found.broken) == (SENTENCE, 0)


@pytest.mark.parametrize("charset", ["iso-2022-jp", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("encoding", JAPANESE)
def test_a_list_of_names_under_a_wrong_label(charset: str, encoding: str) -> None:
    assert decode_as(ROLL.encode(encoding), charset) == ROLL


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "iso-8859-1"])
def test_half_width_katakana(charset: str) -> None:
    assert decode_as(HALF.encode("cp932"), charset) == HALF


def test_iso_2022_jp_and_another_code_in_one_body() -> None:
    data = "本文です。\n".encode("iso2022_jp") + "配信停止はこちら\n".encode()
    for charset in ("iso-2022-jp", "utf-8"):
        assert decode_as(data, charset) == "本文です。\n配信停止はこちら\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Réponse à tous, déjà vu. L’été “très chaud”, ÉCOLE, señor, Müller, São Paulo", "cp1252"),
        ("don’t", "cp1252"),
        ("é", "iso-8859-1"),
        ("Zażółć gęślą jaźń", "iso-8859-2"),
        ("Добрый день, это письмо. ПРИВЕТ", "koi8-r"),
        ("Добрый день, это письмо. ПРИВЕТ", "windows-1251"),
        ("我们已经收到您的来信，谢谢。中华人民共和国，北京市。", "gb2312"),
        ("我們已經收到您的來信，謝謝。", "big5"),
        ("안녕하세요. 서울특별시 홍길동입니다.", "euc-kr"),
        ("髙橋", "shift_jis"),
        ("ﾔﾏﾀﾞ", "shift_jis"),
        ("鄧小平様", "euc-jp"),
        ("あい", "utf-16-be"),
        ("José 😀", "utf-8"),
        ("Γειά σου Κόσμε", "iso-8859-7"),
        ("สวัสดีครับ", "tis-620"),
        ("שלום עולם", "windows-1255"),
    ],
)
def test_a_label_that_holds_is_believed(text: str, encoding: str) -> None:
    data = text.encode({"shift_jis": "cp932"}.get(encoding, encoding))
    assert decode_as(data, encoding) == text


def test_plain_words_under_any_label_are_plain() -> None:
    for charset in ("utf-16", "cp037", "iso-2022-jp", "big5"):
        assert decode_as(b"Taro Yamada 090-1234-5678\n", charset) == "Taro Yamada 090-1234-5678\n"


def test_a_declared_encoding_does_not_keep_zero_bytes() -> None:
    found = declared("山田\x00太郎".encode(), "utf-8")
    assert (found.text, found.zeros) == ("山田太郎", 1)


def test_what_is_broken_is_counted() -> None:
    assert declared("山田太郎さんです。".encode()[:-1], "utf-8").broken == 1
    assert declared(bytes(range(128, 256)), "iso-2022-jp").broken
    assert declared(b"\x1b$B;3E\x1b(B", "iso-2022-jp").broken == 1


def test_a_declaration_never_fails() -> None:
    assert decode_as(b"\x00\xff\xfe\x00", "utf-8")
    assert decode_as(b"abc", "a\x00b") == "abc"


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["utf-8", "iso-2022-jp", "cp932", "utf-7", "idna", "unicode_escape", "utf-16", "gbk", ""]
    ),
)
def test_any_bytes(data: bytes, charset: str) -> None:
    assert isinstance(decode_as(data, charset), str)
    with contextlib.suppress(UnicodeEncodeError):
        decode_as(data, charset).encode()
