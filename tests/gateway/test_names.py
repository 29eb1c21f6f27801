"""Names that programs compare: which of them may hold somebody's number, and that random ids do not."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable

import pytest

from kijun.gateway.inspecting import standard
from kijun.gateway.names import is_long, is_name, is_plain, is_setting, spelled

BASE62 = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
LOWER = string.ascii_lowercase + string.digits

_random = random.Random(20261201)


def some(letters: str, length: int) -> str:
    return "".join(_random.choices(letters, k=length))


def a_uuid() -> str:
    return str(uuid.UUID(int=_random.getrandbits(128), version=4))


#: How services and clients name calls, items and answers.
IDS: dict[str, Callable[[], str]] = {
    "OpenAI, call": lambda: f"call_{some(BASE62, 24)}",
    "OpenAI, item": lambda: f"msg_{some(HEX, 48)}",
    "OpenAI, call of an item": lambda: f"fc_{some(HEX, 50)}",
    "OpenAI, file": lambda: f"file-{some(BASE62, 22)}",
    "Azure, answer": lambda: f"resp_{some(HEX, 50)}",
    "Anthropic": lambda: f"toolu_01{some(BASE62, 22)}",
    "Bedrock": lambda: f"tooluse_{some(BASE62 + '_-', 22)}",
    "vLLM": lambda: f"chatcmpl-tool-{some(HEX, 32)}",
    "LangChain": lambda: f"run-{a_uuid()}",
    "LangChain, message": lambda: f"lc_run--{a_uuid()}-0",
    "LiteLLM": lambda: f"call_{a_uuid()}",
    "DeepSeek": lambda: f"call_{_random.randrange(9)}_{a_uuid()}",
    "UUID": a_uuid,
    "Mistral": lambda: f"{some(string.ascii_letters, 1)}{some(BASE62, 8)}",
    "Ollama": lambda: f"call_{some(LOWER, 8)}",
    "Gemini": lambda: f"function-call-{_random.randrange(10**18, 2**64)}",
    "GLM": lambda: f"call_-{_random.randrange(10**17, 2**63)}",
    "Vercel": lambda: f"aitxt-{some(BASE62, 24)}",
    "a second of time": lambda: f"call_{_random.randrange(1_500_000_000, 1_900_000_000)}",
    "a thousandth of one": lambda: f"call_{_random.randrange(1_500_000_000_000, 1_900_000_000_000)}",
    "a day": lambda: (
        f"text_editor_202{_random.randrange(9)}{_random.randrange(1, 13):02}{_random.randrange(1, 29):02}"
    ),
}


@pytest.mark.parametrize("make", IDS.values(), ids=IDS)
def test_ids_hold_nothing(make: Callable[[], str]) -> None:
    """Those that may hold a number are read, which takes time: few kinds are, and even of these none is refused."""
    made = [make() for _ in range(3_000)]
    read = [text for one in made if is_name(one) and (text := spelled(one))]
    for text in read[:200]:
        assert not [one for one in standard().inspect(text) if one.type != "CORPORATE_NUMBER"], text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("n123456789018", "n 123456789018"),
        ("tel_090-1234-5678", "tel 090-1234-5678"),
        ("tel:09012345678", "tel 09012345678"),
        ("yamada.taro_tel.090.1234.5678", "yamada taro tel 090 1234 5678"),
        ("resident1234_5678_9018x", "resident 1234 5678 9018 x"),
        ("00000000-0000-4000-8000-123456789018", "00000000-0000-4000-8000-123456789018"),
    ],
)
def test_a_number_in_a_name_is_spelled_out(name: str, text: str) -> None:
    assert spelled(name) == text
    assert not is_plain(name)
    assert not is_setting(name)


@pytest.mark.parametrize(
    "name", ["find_resident", "get_ward_13", "gpt-4o", "$ref", "#/$defs/Ward", "a", "utf-8"]
)
def test_names_are_plain(name: str) -> None:
    assert is_name(name)
    assert is_plain(name)


@pytest.mark.parametrize(
    "name", ["", "12", "090-1234-5678", "山田", "taro@example.jp", "two words", "x" * 129]
)
def test_what_is_no_name_is_a_text(name: str) -> None:
    assert not is_name(name)
    assert not is_plain(name)


@pytest.mark.parametrize(
    ("number", "so"),
    [
        (42, False),
        (999_999, False),
        (1_234_567, True),
        (-1_234_567, True),
        (123456789018, True),
        (123456789018.0, True),
        (0.2, False),
        (1e300, False),
        (10**30, True),
        (1_764_548_070_123, False),
        (1_764_548_070_123.5, False),
        (True, False),
        ("1234567", False),
        (None, False),
    ],
)
def test_long_numbers_are_read(number: object, so: bool) -> None:
    assert is_long(number) is so


@pytest.mark.parametrize("word", ["auto", "json_object", "in-memory", "gpt-4o-mini", "v1/x"])
def test_settings_are_words(word: str) -> None:
    assert is_setting(word)
    assert not is_setting(f"{word} ")
    assert not is_setting("x" * 65)
