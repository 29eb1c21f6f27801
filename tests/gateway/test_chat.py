"""Chats through the gateway with the client that most of the world uses."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from kijun.gateway.snapshot import Handling
from kijun.ledger.model import Kind, Verdict
from tests.gateway.town import KEY, Running, handling, policy, with_purpose
from tests.gateway.upstream import (
    Upstream,
    answers,
    chat_events,
    chunk,
    completion,
    event,
    plain,
    says,
    streams,
)

PERSONAL = "申請者は山田太郎さん、携帯は090-1234-5678です。案内文を書いてください。"


def ask(gateway: Running, text: Any, **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        **{"model": "model", "messages": [{"role": "user", "content": text}], **more}
    )


def joined(stream: Any) -> str:
    return "".join(one.choices[0].delta.content or "" for one in stream if one.choices)


def test_a_question_is_answered_and_both_are_recorded(gateway: Running, upstream: Upstream) -> None:
    upstream.script = says("転入届は14日以内に出してください。")
    answer = ask(gateway, "転入届の期限を教えてください。")
    assert answer.choices[0].message.content == "転入届は14日以内に出してください。"
    given, made = gateway.ledger.last()
    assert (given.kind, given.verdict, given.person, given.purpose) == (
        Kind.INPUT,
        Verdict.ALLOWED,
        "7",
        "purpose",
    )
    assert given.content["request"]["messages"][0]["content"] == "転入届の期限を教えてください。"
    assert given.retention == "y3"
    assert made.content["texts"][0]["text"] == "転入届は14日以内に出してください。"
    assert made.content["finish_reasons"] == ["stop"]
    assert (made.tokens_in, made.tokens_out, made.upstream) == (11, 7, "u1")
    assert upstream.calls[0].json["model"] == "there"
    assert upstream.calls[0].headers["authorization"] == "Bearer upstream-key"


@pytest.mark.parametrize("stream", [False, True])
def test_names_are_hidden_from_the_service_and_put_back(
    gateway: Running, upstream: Upstream, stream: bool
) -> None:
    answer = ask(gateway, PERSONAL, stream=stream)
    said = joined(answer) if stream else answer.choices[0].message.content
    assert said == f"承りました：{PERSONAL}"
    assert "⟦氏名1⟧" in upstream.calls[0].said
    assert "山田" not in upstream.calls[0].said
    given, made = gateway.ledger.last()
    assert given.verdict is Verdict.MASKED
    assert dict(given.masked) == {"⟦氏名1⟧": "山田太郎", "⟦電話番号1⟧": "090-1234-5678"}
    assert "山田" not in str(given.content) + str(made.content)
    assert "⟦氏名1⟧" in made.content["texts"][0]["text"]
    assert made.findings == ()  # what was only put back is no finding


CITED = [
    {
        "type": "url_citation",
        "url_citation": {"url": "https://example.jp/a", "title": "手引き（担当の携帯 090-1234-5678）"},
    }
]


@pytest.mark.parametrize("stream", [False, True])
def test_sources_that_the_service_gives_are_recorded(
    gateway: Running, upstream: Upstream, stream: bool
) -> None:
    upstream.script = answers(completion("14日以内です。", annotations=CITED))
    if stream:
        first, *rest = chat_events(["14日", "以内です。"])
        upstream.script = streams(first, event(chunk({"annotations": CITED})), *rest)
    answer = ask(gateway, "転入届の期限は？", stream=stream)
    if stream:
        list(answer)
    (given,) = gateway.ledger.last()[1].content["given_sources"]
    assert (given["n"], given["url"]) == (1, "https://example.jp/a")
    assert "1234" not in given["title"], "what is hidden is hidden in a title too"


def test_the_verdict_travels_in_headers(gateway: Running) -> None:
    raw = gateway.client().chat.completions.with_raw_response.create(
        model="model", messages=[{"role": "user", "content": PERSONAL}]
    )
    assert raw.headers["kijun-verdict"] == "masked"
    assert raw.headers["kijun-findings"] == "PERSON:1,PHONE:1"
    assert raw.headers["kijun-masked"] == "2"
    assert raw.headers["kijun-policy"] == "1"
    assert raw.headers["kijun-interaction"] == gateway.ledger.last()[0].interaction
    assert raw.parse().choices


def test_a_conversation_keeps_its_placeholders(gateway: Running, upstream: Upstream) -> None:
    messages = [
        {"role": "system", "content": "あなたは市役所の職員を助けます。"},
        {"role": "user", "content": "佐藤花子さんと山田太郎さんの件です。"},
        {"role": "assistant", "content": "佐藤花子さんと山田太郎さんの件ですね。"},
        {"role": "user", "content": "山田太郎さんへの通知文を書いてください。"},
    ]
    gateway.client().chat.completions.create(model="model", messages=messages)  # type: ignore[arg-type]
    sent = [one["content"] for one in upstream.calls[0].json["messages"]]
    assert sent[2] == "⟦氏名1⟧さんと⟦氏名2⟧さんの件ですね。"
    assert sent[3].startswith("⟦氏名2⟧さん")


def test_unknown_fields_pass_and_usage_is_asked_for_and_hidden(gateway: Running, upstream: Upstream) -> None:
    chunks = list(ask(gateway, "こんにちは", stream=True, extra_body={"top_k": 5, "guided": {"a": [1]}}))
    sent = upstream.calls[0].json
    assert (sent["top_k"], sent["guided"], sent["stream_options"]) == (5, {"a": [1]}, {"include_usage": True})
    assert all(one.choices for one in chunks)
    assert gateway.ledger.last()[1].tokens_out == 7
    chunks = list(ask(gateway, "こんにちは", stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].usage.completion_tokens == 7


def test_an_unknown_field_is_read_as_well(gateway: Running, upstream: Upstream) -> None:
    ask(gateway, "要約して", extra_body={"documents": [{"title": "相談票", "text": "氏名：山田太郎"}]})
    assert upstream.calls[0].json["documents"][0] == {"title": "相談票", "text": "氏名：⟦氏名1⟧"}


TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "find_resident",
            "description": "住民を探します。",
            "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    }
]


def tool_call(arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "find_resident", "arguments": arguments}}


def test_a_name_that_is_hidden_in_one_message_is_hidden_in_the_next(
    gateway: Running, upstream: Upstream
) -> None:
    upstream.script = says("分かりました。")
    messages = [
        {"role": "user", "content": "佐野さんから電話がありました。"},
        {"role": "assistant", "content": "どのようなご用件でしたか。"},
        {"role": "user", "content": "佐野の住所を調べて、佐野へ返信する。"},
    ]
    gateway.client().chat.completions.create(model="model", messages=messages)
    sent = [one["content"] for one in upstream.calls[0].json["messages"]]
    assert sent[0] == "⟦氏名1⟧さんから電話がありました。"
    assert sent[2] == "⟦氏名1⟧の住所を調べて、⟦氏名1⟧へ返信する。"


@pytest.mark.parametrize("escaped", [False, True])
def test_a_tool_is_called_with_the_real_name(gateway: Running, upstream: Upstream, escaped: bool) -> None:
    said = json.dumps({"name": "⟦氏名1⟧", "memo": '「"確認"」\n済'}, ensure_ascii=escaped)
    upstream.script = answers(completion(None, tool_calls=[tool_call(said)]))
    answer = ask(gateway, "山田\u3000太郎さんを探してください。", tools=TOOLS)
    call = answer.choices[0].message.tool_calls[0].function
    assert json.loads(call.arguments) == {"name": "山田\u3000太郎", "memo": '「"確認"」\n済'}
    made = gateway.ledger.last()[1]
    assert made.content["tool_calls"] == [{"name": "find_resident", "id": "call_1"}]
    assert "山田" not in str(made.content)


def test_a_tool_call_that_streams_stays_json(gateway: Running, upstream: Upstream) -> None:
    said = json.dumps({"name": "⟦氏名1⟧", "lines": "a\nb"}, ensure_ascii=False)
    events = [
        event(chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **tool_call("")}]}))
    ]
    events += [event(chunk({"tool_calls": [{"index": 0, "function": {"arguments": one}}]})) for one in said]
    events += [event(chunk({}, "tool_calls")), b"data: [DONE]\n\n"]
    upstream.script = streams(*events)
    with gateway.client().chat.completions.stream(
        model="model", messages=[{"role": "user", "content": "山田太郎さんを探してください。"}], tools=TOOLS
    ) as stream:
        call = stream.get_final_completion().choices[0].message.tool_calls[0]  # type: ignore[index]
    assert call.function.name == "find_resident"
    assert json.loads(call.function.arguments) == {"name": "山田太郎", "lines": "a\nb"}


def test_arguments_and_results_of_tools_are_hidden_too(gateway: Running, upstream: Upstream) -> None:
    messages: list[Any] = [
        {"role": "user", "content": "探してください。"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [tool_call('{"name": "\\u5c71\\u7530\\u592a\\u90ce", "個人番号": 123456789018}')],
        },
        {
            "role": "tool",
            "tool_call_id": "call_1",
            "content": '{"氏名": "山田太郎", "電話": "090-1234-5678"}',
        },
    ]
    gateway.publish(with_purpose(policy(upstream.url), input=handling(numbers="mask")))
    gateway.client().chat.completions.create(model="model", messages=messages, tools=TOOLS)
    sent = upstream.calls[0].json["messages"]
    assert json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]) == {
        "name": "⟦氏名1⟧",
        "個人番号": "⟦個人番号1⟧",
    }
    assert json.loads(sent[2]["content"]) == {"氏名": "⟦氏名1⟧", "電話": "⟦電話番号1⟧"}


class Letter(BaseModel):
    to: str
    body: str


def test_structured_answers_stay_valid(gateway: Running, upstream: Upstream) -> None:
    """The value that is put back holds a line break: it must be written as JSON writes it."""
    address = "東京都千代田区丸の内1-2-3\nメゾン101号室"
    upstream.script = says(json.dumps({"to": "⟦住所1⟧", "body": "拝啓"}, ensure_ascii=False))
    for stream in (False, True):
        if stream:
            with gateway.client().chat.completions.stream(
                model="model",
                messages=[{"role": "user", "content": f"住所：{address}\nあての手紙を書いて。"}],
                response_format=Letter,
            ) as events:
                parsed = events.get_final_completion().choices[0].message.parsed
        else:
            parsed = (
                gateway.client()
                .chat.completions.parse(
                    model="model",
                    messages=[{"role": "user", "content": f"住所：{address}\nあての手紙を書いて。"}],
                    response_format=Letter,
                )
                .choices[0]
                .message.parsed
            )
        assert parsed is not None
        assert parsed.to.startswith("東京都千代田区")


def test_reasoning_refusals_and_several_choices_are_inspected(gateway: Running, upstream: Upstream) -> None:
    body = completion("⟦氏名1⟧様", reasoning_content="⟦氏名1⟧について考える", refusal=None)
    body["choices"].append(
        {
            "index": 1,
            "message": {"role": "assistant", "content": None, "refusal": "⟦氏名1⟧の件は答えられません"},
            "finish_reason": "stop",
        }
    )
    upstream.script = answers(body)
    answer = ask(gateway, "山田太郎さんへ", n=2)
    assert answer.choices[0].message.content == "山田太郎様"
    assert answer.choices[0].message.reasoning_content == "山田太郎について考える"
    assert answer.choices[1].message.refusal == "山田太郎の件は答えられません"


@pytest.mark.parametrize("stream", [False, True])
def test_what_an_answer_may_not_show_is_hidden(gateway: Running, upstream: Upstream, stream: bool) -> None:
    upstream.script = says("担当の鈴木一郎です。個人番号は123456789018です。以上です。")
    answer = ask(gateway, "連絡先は？", stream=stream)
    said = joined(answer) if stream else answer.choices[0].message.content
    assert said == "担当の鈴木一郎です。個人番号は■個人番号■です。以上です。"
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.MASKED
    assert "MY_NUMBER" in made.findings
    assert "123456789018" in made.masked.values()
    assert "123456789018" not in str(made.content)
    assert "鈴木" not in str(made.content)  # the record hides data that the person may see


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_may_not_be_shown_is_not(gateway: Running, upstream: Upstream, stream: bool) -> None:
    gateway.publish(with_purpose(policy(upstream.url), output=Handling(types={"MY_NUMBER": "block"})))
    upstream.script = says("はじめに説明します。個人番号は123456789018です。以上です。")
    if stream:
        chunks = list(ask(gateway, "番号は？", stream=True))
        said = joined(chunks)
        assert said.startswith("はじめに説明します。")
        assert "表示していません" in said
        assert "1234" not in said
        assert chunks[-1].choices[0].finish_reason == "content_filter"
    else:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            ask(gateway, "番号は？")
        assert caught.value.code == "content_blocked"
        assert "はじめに" not in str(caught.value.body)
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.BLOCKED
    assert "123456789018" not in str(made.content)


def test_log_probabilities_do_not_tell_what_was_put_back(gateway: Running, upstream: Upstream) -> None:
    body = completion("⟦氏名1⟧様")
    body["choices"][0]["logprobs"] = {"content": [{"token": "⟦氏名1⟧", "logprob": -0.1, "top_logprobs": []}]}
    upstream.script = answers(body)
    assert ask(gateway, "山田太郎さんへ").choices[0].logprobs is None
    assert ask(gateway, "案内文をください").choices[0].logprobs is not None


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_service_adds_of_its_own_is_read_too(
    gateway: Running, upstream: Upstream, stream: bool
) -> None:
    more: dict[str, Any] = {"citations": [{"title": "⟦氏名1⟧さんの頁", "text": "個人番号は123456789018です"}]}
    if stream:
        first = chunk({"role": "assistant", "content": "はい。"}, **more)
        first["choices"][0]["content_filter_results"] = {"hate": {"severity": "safe"}}
        upstream.script = streams(event(first), event(chunk({}, "stop")), b"data: [DONE]\n\n")
    else:
        upstream.script = answers({**completion("はい。"), **more})
    answer = ask(gateway, "山田太郎さんのことを調べて", stream=stream)
    held, *_ = answer if stream else [answer]
    assert held.citations[0] == {"title": "山田太郎さんの頁", "text": "個人番号は■個人番号■です"}
    assert "123456789018" not in str(gateway.ledger.last()[1].content)


def test_lone_surrogates_and_huge_numbers_harm_nobody(gateway: Running, upstream: Upstream) -> None:
    async def script(call: Any, writer: Any) -> None:
        plain(
            writer,
            b'{"choices":[{"index":0,"message":{"role":"assistant","content":"\\ud83d ok"},"finish_reason":"stop"}]}',
        )

    upstream.script = script
    body = b'{"model":"model","seed":1000000000000000000000000000000,"messages":[{"role":"user","content":"\\ud83d \\u306f"}]}'
    answer = httpx2.post(
        f"{gateway.url}/v1/chat/completions", content=body, headers={"authorization": f"Bearer {KEY}"}
    )
    assert answer.json()["choices"][0]["message"]["content"] == "\ud83d ok"
    assert upstream.calls[0].json["messages"][0]["content"] == "\ud83d は"
    assert upstream.calls[0].json["seed"] == 10**30
    assert gateway.ledger.last()[1].content["estimated"] is True


def test_an_older_service_that_knows_no_stream_options(gateway: Running, upstream: Upstream) -> None:
    fine = says("はい。")

    async def script(call: Any, writer: Any) -> None:
        if "stream_options" in call.json:
            plain(
                writer,
                b'{"error":{"message":"Unrecognized request argument: stream_options"}}',
                "400 Bad Request",
            )
        else:
            await fine(call, writer)

    upstream.script = script
    assert joined(ask(gateway, "こんにちは", stream=True)) == "はい。"
