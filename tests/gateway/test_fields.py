"""Nothing that is text, and no long number, goes out unread, whatever its name and wherever it stands."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import Any

import pytest

from kijun.gateway.dialects.audio import Transcriptions
from kijun.gateway.dialects.base import Dialect
from kijun.gateway.dialects.chat import Chat
from kijun.gateway.dialects.completions import Completions
from kijun.gateway.dialects.embeddings import Embeddings
from kijun.gateway.dialects.responses import Responses
from kijun.gateway.errors import Refusal
from kijun.gateway.multipart import Upload
from kijun.gateway.snapshot import Action
from tests.gateway.request import NUMBER, PERSON, PHONE, outcome

P = PERSON
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n" + bytes(range(256))).decode()
TEXT = "data:text/plain;base64," + base64.b64encode("届出の期限は14日です。".encode()).decode()
WAV = base64.b64encode(b"RIFF" + bytes(range(256))).decode()


def chat(**more: Any) -> dict[str, Any]:
    return {"model": "model", "messages": [{"role": "user", "content": "hi"}], **more}


def message(**more: Any) -> dict[str, Any]:
    return {"model": "model", "messages": [{"role": "user", "content": "hi", **more}]}


def part(kind: str, **more: Any) -> dict[str, Any]:
    return message(content=[{"type": "text", "text": "hi"}, {"type": kind, **more}])


def item(**more: Any) -> dict[str, Any]:
    return {"model": "model", "input": [{"type": "message", "role": "user", "content": "hi", **more}]}


def call(**more: Any) -> dict[str, Any]:
    made = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}, **more}
    return {
        "model": "model",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": None, "tool_calls": [made]},
            {"role": "tool", "tool_call_id": "call_1", "content": "3"},
        ],
    }


def form(**more: Any) -> dict[str, Any]:
    return {"model": "model", "file": Upload("会議.wav", "audio/wav", b"RIFF"), **more}


def tool(**more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"ward": {"type": "string", **more}}, "required": ["ward"]}
    return {"type": "function", "function": {"name": "find", "description": "探す", "parameters": schema}}


ORDINARY: list[tuple[Dialect, dict[str, Any]]] = [
    (
        Chat(),
        chat(
            temperature=0.2,
            seed=42,
            n=1,
            user="u-7",
            max_tokens=4096,
            service_tier="auto",
            reasoning_effort="low",
            tools=[tool(minLength=1, maximum=9007199254740991)],
            tool_choice={"type": "function", "function": {"name": "find"}},
            response_format={"type": "json_object"},
            logit_bias={"50256": -100},
            metadata={"trace": "a1"},
        ),
    ),
    (Chat(), call()),
    (Chat(), part("image_url", image_url={"url": PNG, "detail": "high"})),
    (Chat(), part("input_audio", input_audio={"data": WAV, "format": "wav"})),
    (Chat(), part("file", file={"filename": "案内.txt", "file_data": TEXT})),
    (Chat(), part("file", file={"file_id": "file-AbCdEf1234567890aBcDeF"})),
    (Responses(), item(id="msg_0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", status="completed")),
    (Responses(), {"model": "model", "input": "hi", "text": {"format": {"type": "text"}}, "store": False}),
    (Completions(), {"model": "model", "prompt": ["はい", "いいえ"], "max_tokens": 16}),
    (Embeddings(), {"model": "model", "input": ["はい"], "encoding_format": "base64", "dimensions": 512}),
    (Embeddings(), {"model": "model", "input": [[9906, 1917], [100257]]}),
    (Transcriptions(), form(language="ja", temperature="0.2", response_format="verbose_json")),
    (Transcriptions(), form(**{"include[]": "logprobs", "timestamp_granularities[]": ["word", "segment"]})),
]


@pytest.mark.parametrize(("dialect", "body"), ORDINARY)
def test_ordinary_calls_go_as_they_are(dialect: Dialect, body: dict[str, Any]) -> None:
    before = deepcopy(body)
    found = outcome(dialect, body)
    assert (found.action, found.places) == (Action.ALLOW, [])
    assert found.sent == before


def test_what_is_only_settings_and_structure_is_not_inspected() -> None:
    """Each text that is inspected costs time."""
    body = chat(temperature=0.2, seed=42, service_tier="auto", logit_bias={"1": 1}, parallel_tool_calls=True)
    assert [one.place for one in outcome(Chat(), body).texts.pieces] == ["messages[0].content"]
    places = [one.place for one in outcome(Chat(), call()).texts.pieces]
    assert places == [
        f"messages[{at}]{rest}"
        for at, rest in enumerate((".content", ".tool_calls[0].function.arguments", ".content"))
    ]
    for kind, held in (
        ("image_url", {"url": PNG, "detail": "high"}),
        ("input_audio", {"data": WAV, "format": "wav"}),
    ):
        found = outcome(Chat(), part(kind, **{kind: held}))
        assert [one.place for one in found.texts.pieces] == ["messages[0].content[0].text"]


UNREAD: list[tuple[Dialect, dict[str, Any]]] = [
    # names of fields
    (Chat(), message(**{P: True})),
    (Chat(), message(**{f"個人番号 {NUMBER}": True})),
    (Chat(), message(**{f"個人番号 {NUMBER}": ""})),
    (Chat(), message(content=[{"type": "text", "text": "hi", P: 1}])),
    (Chat(), call(**{P: None})),
    (Chat(), call(function={"name": "find", "arguments": "{}", P: {"a": 1}})),
    (Responses(), item(**{P: 1})),
    (Chat(), chat(**{str(NUMBER): True})),
    (Chat(), chat(**{PHONE: True})),
    (Chat(), chat(**{PHONE: "hi"})),
    (Chat(), chat(**{f"tel_{PHONE}": {"a": "b"}})),
    (Transcriptions(), form(**{PHONE: "x"})),
    (Transcriptions(), form(**{f"tel {PHONE}": ["x", "y"]})),
    # numbers
    (Chat(), chat(kojin_bango=NUMBER)),
    (Chat(), chat(user=NUMBER)),
    (Chat(), chat(seed=NUMBER)),
    (Chat(), chat(seed=float(NUMBER))),
    (Responses(), {"model": "model", "input": "hi", "store": NUMBER}),
    (Embeddings(), {"model": "model", "input": "hi", "dimensions": NUMBER}),
    (Embeddings(), {"model": "model", "input": [NUMBER]}),
    (Embeddings(), {"model": "model", "input": [[1, NUMBER, 1_764_548_070_123]]}),
    (Chat(), message(kojin=NUMBER)),
    (Chat(), message(content=[{"type": "text", "text": "hi", "kojin": NUMBER}])),
    (Chat(), chat(stream_options={"x": NUMBER})),
    (Chat(), chat(tools=[tool(minimum=NUMBER)])),
    (Chat(), chat(tools=[tool(**{"x-resident": {"mynumber": NUMBER}})])),
    (Chat(), chat(tools=[{"type": "function", "function": {"name": NUMBER}}])),
    (Chat(), call(index=NUMBER)),
    # settings
    (Chat(), chat(service_tier=str(NUMBER))),
    (Chat(), chat(service_tier=f"n{NUMBER}")),
    (Chat(), chat(reasoning_effort=PHONE)),
    (Chat(), chat(verbosity="taro.yamada-1234-5678@example.jp")),
    (Chat(), chat(tool_choice=f"tel:{PHONE}")),
    (Embeddings(), {"model": "model", "input": "hi", "encoding_format": f"tel:{PHONE}"}),
    (Responses(), {"model": "model", "input": "hi", "previous_response_id": f"tel:{PHONE}"}),
    (Transcriptions(), form(language=P)),
    (Transcriptions(), form(temperature=P)),
    (Transcriptions(), form(response_format=P)),
    (Transcriptions(), form(**{"include[]": ["logprobs", P]})),
    (Transcriptions(), form(**{"timestamp_granularities[]": P})),
    # names that programs compare
    (Chat(), chat(tools=[{"type": "function", "function": {"name": f"n{NUMBER}"}}])),
    (Chat(), chat(tools=[{"type": "function", "function": {"name": "f", "parameters": {"required": [f"tel_{PHONE}"]}}}])),
    (Chat(), chat(tools=[{"type": "function", "function": {"name": "f", "parameters": {"properties": {f"yamada.taro_tel.{PHONE}": {}}}}}])),
    (Chat(), call(id=f"tel:{PHONE}")),
    (Chat(), call(function={"name": f"n{NUMBER}", "arguments": "{}"})),
    (Chat(), message(tool_call_id=f"tel:{PHONE}")),
    (Chat(), message(role=f"tel:{PHONE}")),
    (Chat(), message(role=P)),
    (Responses(), item(status=f"n{NUMBER}")),
    (Responses(), item(status=P)),
    (Responses(), item(id=f"tel:{PHONE}")),
    (Responses(), {"model": "model", "input": [{"type": "item_reference", "id": f"n{NUMBER}"}]}),
    # shapes of calls
    (Chat(), {"model": "model", "messages": [{"role": "assistant", "tool_calls": [P]}]}),
    (Chat(), {"model": "model", "messages": [{"role": "assistant", "tool_calls": {"a": P}}]}),
    (Chat(), call(function=P)),
    (Chat(), call(index=P)),
    # beside a file
    (Chat(), part("file", file={"filename": "a.txt", "file_data": TEXT, "note": P})),
    (Chat(), part("file", file={"filename": "a.txt", "file_data": TEXT}, title=P)),
    (Chat(), part("file", file={"filename": "a.txt", "file_data": TEXT, P: 1})),
    (Chat(), part("file", file={"filename": "a.txt", "file_data": TEXT.replace(";", f";name=yamada_{PHONE}.txt;")})),
    (Chat(), part("file", file={"filename": "a.zip", "file_data": PNG.replace(";", f";name=yamada_{PHONE}.png;")})),
    (Responses(), item(content=[{"type": "input_file", "filename": "a.txt", "file_data": TEXT, "note": P}])),
    # beside what cannot be inspected
    (Chat(), part("image_url", image_url={"url": PNG, "detail": P})),
    (Chat(), part("image_url", image_url={"url": PNG}, caption=P)),
    (Chat(), part("image_url", image_url={"url": PNG, "n": NUMBER})),
    (Chat(), part("image_url", image_url={"url": PNG.replace(";", f";name=yamada_{PHONE}.png;")})),
    (Chat(), part("image_url", image_url={"url": "data:text/plain," + P})),
    (Chat(), part("image_url", image_url={"url": "data:," + P})),
    (Chat(), part("image_url", image_url={"url": "data:image/png," + P})),
    (Chat(), part("image_url", image_url={"url": f"data:image/png;base64,{NUMBER}"})),
    (Chat(), part("image_url", image_url={"url": "data:text/plain;base64," + base64.b64encode(P.encode()).decode()})),
    (Chat(), part("image_url", image_url={"url": f"https://example.jp/?tel={PHONE}"})),
    (Chat(), part("input_audio", input_audio={"data": WAV, "format": "wav", "transcript": P})),
    (Chat(), part("input_audio", input_audio={"data": WAV, "format": P})),
    (Chat(), part("input_audio", input_audio={"data": P})),
    (Chat(), message(role="assistant", audio={"id": "audio_1", "note": P})),
    (Chat(), message(role="assistant", audio=P)),
    (Chat(), part("file", file={"file_id": "f-1", "filename": P})),
    (Chat(), part("file", file=P)),
    (Responses(), item(content=[{"type": "input_file", "file_url": P}])),
    (Responses(), item(content=[{"type": "input_file", "file_id": "f-1", "filename": P}])),
    (Responses(), {"model": "model", "input": [{"type": "reasoning", "summary": [], "encrypted_content": P}]}),
    (Embeddings(), {"model": "model", "input": [{"text": P}]}),
    (Embeddings(), {"model": "model", "input": [[P]]}),
    (Completions(), {"model": "model", "prompt": [[P]]}),
    (Completions(), {"model": "model", "prompt": ["hi", [1, {"a": P}]]}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "body"), UNREAD)
def test_nothing_goes_out_unread(dialect: Dialect, body: dict[str, Any]) -> None:
    prepared = outcome(dialect, body)
    dialect.prepare(body)
    assert prepared.keeps
    assert prepared.action is not Action.ALLOW or "name=" not in str(body)


def test_what_is_hidden_beside_a_picture_leaves_the_picture() -> None:
    body = part("image_url", image_url={"url": PNG, "detail": "high"}, caption=P)
    found = outcome(Chat(), body)
    sent = found.sent["messages"][0]["content"][1]
    assert sent["image_url"] == {"url": PNG, "detail": "high"}
    assert sent["caption"] == "氏名：⟦氏名1⟧ 電話 ⟦電話番号1⟧"
    assert found.places == ["messages[0].content[1]"] * 2
    assert [one.what for one in found.texts.uninspected] == ["image"]


def test_a_text_in_the_place_of_a_picture_is_read_as_a_file() -> None:
    found = outcome(Chat(), part("image_url", image_url={"url": TEXT}))
    assert not found.texts.uninspected
    assert found.sent["messages"][0]["content"][1]["image_url"]["url"] == TEXT
    hidden = outcome(Chat(), part("image_url", image_url={"url": "data:text/plain," + P}))
    assert hidden.sent["messages"][0]["content"][1]["type"] == "text"


def test_names_of_unknown_fields_are_hidden_and_names_that_are_compared_are_refused() -> None:
    found = outcome(Chat(), message(**{P: True}))
    assert found.sent["messages"][0]["氏名：⟦氏名1⟧ 電話 ⟦電話番号1⟧"] is True
    tools = [{"type": "function", "function": {"name": f"tel_{PHONE}"}}]
    found = outcome(Chat(), chat(tools=tools))
    assert (found.action, found.places) == (Action.BLOCK, ["tools"])
    assert outcome(Chat(), chat(tools=deepcopy(tools)), personal="allow").action is Action.ALLOW


@pytest.mark.parametrize("value", [P, {"a": P}, 5, [P]])
@pytest.mark.parametrize(
    ("dialect", "name", "shape"),
    [
        (Chat(), "tools", list),
        (Chat(), "functions", list),
        (Chat(), "modalities", list),
        (Chat(), "response_format", dict),
        (Chat(), "logit_bias", None),
        (Completions(), "logit_bias", None),
        (Responses(), "tools", list),
        (Responses(), "text", dict),
        (Responses(), "prompt", dict),
    ],
)
def test_a_known_field_of_another_shape_is_refused_or_read(
    dialect: Dialect, name: str, shape: type | None, value: Any
) -> None:
    body = {"model": "model", "messages": [{"role": "user", "content": "hi"}], "input": "hi", name: value}
    if dialect.name == "completions":
        body["prompt"] = "hi"
    if shape is not None and isinstance(value, shape):
        assert outcome(dialect, body).keeps
        return
    with pytest.raises(Refusal) as caught:
        outcome(dialect, body)
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, "invalid_request", name)
    assert "山田" not in str(caught.value.body())


@pytest.mark.parametrize(
    "value", [{P: 1}, {"1": P}, {"1": NUMBER}, {"123456789018": 1}, {"1": True}, {"1": None}]
)
def test_tokens_have_weights_and_nothing_else(value: Any) -> None:
    if value == {"1": True}:
        assert outcome(Chat(), chat(logit_bias=value)).keeps
        return
    with pytest.raises(Refusal):
        outcome(Chat(), chat(logit_bias=value))


def test_a_file_under_a_name_that_is_none_is_refused() -> None:
    upload = Upload("a.wav", "audio/wav", b"RIFF")
    for name in (PHONE, P):
        with pytest.raises(Refusal) as caught:
            outcome(Transcriptions(), form(**{name: upload}))
        assert (caught.value.status, caught.value.param) == (400, None)


def test_of_a_file_of_a_form_only_ending_and_type_go_out() -> None:
    body = form(file=Upload(f"{P}.WAV", f"audio/wav; name=yamada-{PHONE}; codecs=opus", b"RIFF"))
    body["more[]"] = [Upload(f"{P}.mp3", PHONE, b"ID3"), Upload("b.ogg", "audio/ogg", b"Ogg")]
    Transcriptions().texts(body)
    Transcriptions().prepare(body)
    assert (body["file"].filename, body["file"].content_type) == ("file.WAV", "audio/wav;codecs=opus")
    assert [one.filename for one in body["more[]"]] == ["more.mp3", "more.ogg"]
    assert [one.content_type for one in body["more[]"]] == ["application/octet-stream", "audio/ogg"]
