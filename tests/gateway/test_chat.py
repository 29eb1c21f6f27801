"""Chats through the gateway with the client that most of the world uses."""

from __future__ import annotations

from pathlib import Path

from kijun.ledger.model import Kind, Verdict
from tests.gateway.town import policy, serving
from tests.gateway.upstream import Upstream, says


def test_a_question_is_answered_and_both_are_recorded(tmp_path: Path) -> None:
    upstream = Upstream(says("転入届は14日以内に出してください。"))
    with serving(tmp_path, policy(upstream.url)) as gateway:
        answer = gateway.client().chat.completions.create(
            model="model", messages=[{"role": "user", "content": "転入届の期限を教えてください。"}]
        )
        assert answer.choices[0].message.content == "転入届は14日以内に出してください。"
        given, made = gateway.ledger.last()
    upstream.close()
    assert (given.kind, given.verdict, given.person, given.purpose) == (
        Kind.INPUT,
        Verdict.ALLOWED,
        "7",
        "purpose",
    )
    assert given.content["request"]["messages"][0]["content"] == "転入届の期限を教えてください。"
    assert made.content["texts"][0]["text"] == "転入届は14日以内に出してください。"
    assert (made.tokens_in, made.tokens_out, made.upstream) == (11, 7, "u1")
    assert upstream.calls[0].json["model"] == "there"
    assert upstream.calls[0].headers["authorization"] == "Bearer upstream-key"


def test_names_are_hidden_from_the_service_and_put_back(tmp_path: Path) -> None:
    upstream = Upstream(says(lambda call: f"承りました：{call.said}"))
    with serving(tmp_path, policy(upstream.url)) as gateway:
        question = "申請者は山田太郎さん、携帯は090-1234-5678です。案内文を書いてください。"
        client = gateway.client()
        answer = client.chat.completions.create(
            model="model", messages=[{"role": "user", "content": question}]
        )
        assert answer.choices[0].message.content == f"承りました：{question}"
        stream = client.chat.completions.create(
            model="model", messages=[{"role": "user", "content": question}], stream=True
        )
        chunks = list(stream)
        assert "".join(one.choices[0].delta.content or "" for one in chunks) == f"承りました：{question}"
        for given, made in gateway.ledger.pairs():
            assert made is not None
            assert given.verdict is Verdict.MASKED
            assert dict(given.masked) == {"⟦氏名1⟧": "山田太郎", "⟦電話番号1⟧": "090-1234-5678"}
            assert "山田" not in str(given.content)
            assert "山田" not in str(made.content)
            assert "⟦氏名1⟧" in made.content["texts"][0]["text"]
    upstream.close()
    assert "⟦氏名1⟧" in upstream.calls[0].said
    assert "山田" not in upstream.calls[0].said
