"""Refusals as programs hear them: an upstream's own name for a fault, a model that it does not know, and what is not offered at all."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import openai
import pytest

from kijun.gateway.dialects import DIALECTS
from kijun.gateway.errors import (
    ENDPOINTS,
    Refusal,
    limit_reached,
    overloaded,
    refused_by_upstream,
    wrong_method,
)
from kijun.ledger.counting import Counter, _spent
from kijun.ledger.model import Limits, Spent
from tests.gateway.test_upstreams import ask, two
from tests.gateway.test_upstreams import second as second
from tests.gateway.town import Running, policy, with_upstream
from tests.gateway.upstream import Upstream, answers

TOO_LONG = "This model's maximum context length is 8192 tokens."
NOT_THERE = {"error": {"message": "model 'there' not found", "type": "api_error", "code": None}}


@pytest.mark.parametrize("status", [400, 413, 415, 422])
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("context_length_exceeded", "context_length_exceeded"),
        ("content_filter", "content_filter"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "upstream_refused"),
        ("ab", "upstream_refused"),
        ("400", "upstream_refused"),
        ("BadRequest", "upstream_refused"),
        ("see_090-1234-5678", "upstream_refused"),
        ("name\n", "upstream_refused"),
        (400, "upstream_refused"),
        (None, "upstream_refused"),
    ],
)
def test_an_upstreams_own_code_is_told_where_it_is_one(status: int, code: Any, told: str) -> None:
    refusal = refused_by_upstream(status, {"message": TOO_LONG, "code": code}, None)
    assert (refusal.status, refusal.code) == (status, told)


def test_codes_of_other_faults_are_not_told() -> None:
    said = {"message": "bad key", "code": "invalid_api_key"}
    assert refused_by_upstream(401, said, None).code == "upstream_key_refused"
    assert refused_by_upstream(500, said, None).code == "upstream_error"
    assert refused_by_upstream(400, None, None).code == "upstream_error"


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_the_service_refuses_is_for_the_it_staff(status: int) -> None:
    refusal = refused_by_upstream(status, None, None)
    assert (refusal.status, refusal.code) == (502, "upstream_key_refused")
    assert "key of your municipality" in refusal.why.en
    assert "IT担当者に知らせて" in refusal.what_to_do.ja


@pytest.mark.parametrize(
    ("status", "words"), [(301, "points elsewhere"), (302, "points elsewhere"), (402, "as its API does"), (418, "as its API does"), (400, "as its API does")]
)  # fmt: skip
def test_a_status_that_is_not_the_apis_is_for_the_it_staff(status: int, words: str) -> None:
    refusal = refused_by_upstream(status, None, None)
    assert (refusal.status, refusal.code) == (502, "upstream_error")
    assert words in refusal.why.en
    assert "Trying again does not help" in refusal.what_to_do.en


@pytest.mark.parametrize("status", [409, 425, 500, 503, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert "try again" in refused_by_upstream(status, None, None).what_to_do.en


def test_a_program_knows_a_context_that_is_too_long(gateway: Running, upstream: Upstream) -> None:
    error = {"message": TOO_LONG, "param": "messages", "code": "context_length_exceeded"}
    upstream.script = answers({"error": error}, "400 Bad Request")
    with pytest.raises(openai.BadRequestError, match="maximum context length") as caught:
        ask(gateway)
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")
    assert gateway.ledger.last()[1].content["error"]["code"] == "context_length_exceeded"


@pytest.mark.parametrize("body", [NOT_THERE, {"error": "model 'there' not found"}])
def test_a_model_that_the_service_does_not_know(gateway: Running, upstream: Upstream, body: Any) -> None:
    upstream.script = answers(body, "404 Not Found")
    gateway.publish(with_upstream(policy(upstream.url), retries=3))
    with pytest.raises(openai.NotFoundError, match="model 'there' not found") as caught:
        ask(gateway)
    assert caught.value.code == "upstream_not_found"
    assert "Ask the IT staff" in str(caught.value)
    assert "try again" not in str(caught.value)
    assert len(upstream.calls) == 1
    assert gateway.ledger.last()[1].content["upstream_error"] == "model 'there' not found"


def test_an_address_that_the_service_does_not_have(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers(b"<html>404 Not Found</html>", "404 Not Found")
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway)
    assert caught.value.code == "upstream_not_found"
    assert "html" not in str(caught.value)


def test_the_next_route_may_know_the_model(gateway: Running, upstream: Upstream, second: Upstream) -> None:
    upstream.script = answers(NOT_THERE, "404 Not Found")
    gateway.publish(two(upstream, second, retries=2))
    assert ask(gateway).choices[0].message.content == "二番目です。"
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("unknown_first", [True, False])
def test_a_fault_that_passes_counts_more_than_a_model_that_is_unknown(
    gateway: Running, upstream: Upstream, second: Upstream, unknown_first: bool
) -> None:
    first = answers(NOT_THERE, "404 Not Found")
    other = answers({}, "500 Oops")
    upstream.script, second.script = (first, other) if unknown_first else (other, first)
    gateway.publish(two(upstream, second, breaker_failures=1, breaker_seconds=60))
    with pytest.raises(openai.InternalServerError) as caught:
        ask(gateway)
    assert caught.value.code == "upstream_error"
    if not unknown_first:  # the first one is left alone now
        with pytest.raises(openai.InternalServerError) as caught:
            ask(gateway)
        assert caught.value.code == "upstream_unavailable"


@pytest.mark.parametrize(
    "path",
    [
        "images/generations",
        "moderations",
        "files",
        "batches",
        "audio/speech",
        "audio/translations",
        "fine_tuning/jobs",
        "assistants",
        "threads",
        "vector_stores",
        "conversations",
        "responses/resp_1",
    ],
)
def test_what_is_not_offered_is_told_with_what_is(gateway: Running, path: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        gateway.client().post(f"/{path}", cast_to=object, body={})
    assert caught.value.code == "unknown_url"
    body: Any = caught.value.body
    assert body["reason"]["en"] == "Kijun does not offer this endpoint."
    assert "提供していません" in body["reason"]["ja"]
    assert all(one in body["what_to_do"]["en"] and one in body["what_to_do"]["ja"] for one in ENDPOINTS)
    assert "Check the URL" not in body["message"]


def test_all_that_is_offered_is_named() -> None:
    assert set(ENDPOINTS) == {*DIALECTS, "models"}


@pytest.mark.parametrize("what", ["requests", "tokens"])
def test_a_spent_budget_says_what_happened_and_what_to_do(what: str) -> None:
    error = _spent(what, "20/20")
    refusal = limit_reached(error.ja, error.en, rate=False, retry_after=error.retry_after)
    assert (refusal.code, refusal.retry_after, refusal.lasts) == ("insufficient_quota", None, True)
    assert refusal.why.ja.endswith("を使い切りました（20/20）。")
    assert refusal.what_to_do.ja.startswith("来月1日からまた使えます。")
    assert refusal.why.en.endswith("are used up (20/20).")
    assert refusal.what_to_do.en.startswith("It goes on from the 1st;")
    assert refusal.body()["error"]["message"].count("来月1日") == 1


class Nothing:
    """A database in which nothing was counted."""

    def execute(self, *_: Any) -> list[Any]:
        return []


def test_a_rate_says_when_to_come_back() -> None:
    counter, limits = Counter(), Limits(account="1", period="2026-12", per_minute=1)
    counter._lately["1"] = deque([counter._clock()])
    with pytest.raises(Spent) as caught:
        counter.check(cast("Any", Nothing()), limits, 1)
    error = caught.value
    refusal = limit_reached(error.ja, error.en, rate=error.what == "rate", retry_after=error.retry_after)
    assert (refusal.code, refusal.retry_after, refusal.lasts) == ("rate_limit_exceeded", 60, False)
    assert refusal.why.ja == "1分間に1回までの利用です。"
    assert refusal.what_to_do.ja == "60秒待ってから、もう一度送信してください。"
    assert refusal.why.en == "At most 1 a minute."
    assert refusal.what_to_do.en == "Try again in 60 seconds."


def test_words_of_one_sentence_are_completed() -> None:
    for rate in (True, False):
        refusal = limit_reached("混雑", "busy", rate=rate, retry_after=0)
        assert refusal.why.ja == "混雑。"
        assert refusal.what_to_do.ja
        assert refusal.what_to_do.en


@pytest.mark.parametrize(
    ("refusal", "lasts"),
    [
        (wrong_method("POST"), True),
        (overloaded(), False),
        (refused_by_upstream(401, None, None), True),
        (refused_by_upstream(302, None, None), True),
        (refused_by_upstream(404, None, None), True),
        (refused_by_upstream(400, {"message": "bad"}, None), True),
        (refused_by_upstream(501, {"message": "no"}, None), True),
        (refused_by_upstream(429, None, 30), False),
        (refused_by_upstream(500, None, None), False),
        (refused_by_upstream(504, None, None), False),
    ],
)
def test_what_lasts_is_not_asked_again(refusal: Refusal, lasts: bool) -> None:
    assert refusal.lasts is lasts
