"""Somebody looks at what was found and sends the request all the same."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from kijun.gateway import confirmations
from kijun.gateway.confirmations import Matter
from kijun.ledger.model import Verdict
from tests.gateway.town import Running, handling, policy, with_purpose
from tests.gateway.upstream import Upstream

KEY = b"k" * 32
MATTER = Matter("grant", "7", "content", "findings")
TEXT = "【部外秘】来年度の予算案です。山田太郎さんの分を要約してください。"


def test_a_token_counts_for_its_matter_and_its_time() -> None:
    token = confirmations.give(KEY, MATTER, 600, now=1000)
    found = confirmations.check(KEY, token, MATTER, 600, now=1500)
    assert found is not None
    assert found.until == 1_601_000
    assert confirmations.check(KEY, token, MATTER, 600, now=1600) is None
    ahead = confirmations.give(KEY, MATTER, 600, now=1000 + 32 * 86_400)
    assert confirmations.check(KEY, ahead, MATTER, 600, now=1000) is None, "given by a clock that was ahead"
    for other in (
        Matter("other", "7", "content", "findings"),
        Matter("grant", "8", "content", "findings"),
        Matter("grant", "7", "other", "findings"),
        Matter("grant", "7", "content", "other"),
    ):
        assert confirmations.check(KEY, token, other, 600, now=1500) is None
    assert confirmations.check(b"x" * 32, token, MATTER, 600, now=1500) is None
    for broken in ("", "kjc1.", token[:-2], token[:8] + "A" + token[9:], token + "é", "kjc1." + "A" * 9000):
        assert confirmations.check(KEY, broken, MATTER, 600, now=1500) is None


def ask(gateway: Running, text: str = TEXT, **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": text}], **more
    )


def token_of(gateway: Running, text: str = TEXT, **more: Any) -> str:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(gateway, text, **more)
    body: Any = caught.value.body
    assert body["code"] == "confirmation_required"
    assert caught.value.response.headers["kijun-confirmation"] == body["confirmation"]
    return str(body["confirmation"])


@pytest.fixture
def asking(gateway: Running, upstream: Upstream) -> Running:
    """A purpose that wants names confirmed, and marks of confidentiality as it is."""
    gateway.publish(with_purpose(policy(upstream.url), input=handling(personal="confirm")))
    return gateway


def test_what_was_confirmed_goes_out_as_it_is(gateway: Running, upstream: Upstream) -> None:
    token = token_of(gateway)
    assert gateway.ledger.entries[0].verdict is Verdict.TO_CONFIRM
    assert not upstream.calls
    raw = gateway.client().chat.completions.with_raw_response.create(
        model="model",
        messages=[{"role": "user", "content": TEXT}],
        extra_headers={"kijun-confirmation": token},
    )
    assert raw.headers["kijun-verdict"] == "confirmed"
    assert upstream.calls[0].said == TEXT.replace("山田太郎", "⟦氏名1⟧")  # only what was to be confirmed


def test_the_token_may_stand_in_the_body_and_is_not_sent_on(asking: Running, upstream: Upstream) -> None:
    token = token_of(asking)
    ask(asking, extra_body={"kijun_confirmation": token})
    assert upstream.calls[0].said == TEXT
    assert "kijun_confirmation" not in upstream.calls[0].json
    assert "山田太郎" not in str(asking.ledger.last()[0].content)


def test_a_token_counts_once(asking: Running, upstream: Upstream) -> None:
    token = token_of(asking)
    ask(asking, extra_headers={"kijun-confirmation": token})
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(asking, extra_headers={"kijun-confirmation": token})
    assert caught.value.code == "confirmation_used"
    assert "kijun-interaction" not in caught.value.response.headers
    assert caught.value.response.headers["kijun-verdict"] == "blocked", "nothing was sent"
    assert len(upstream.calls) == 1


def test_a_token_is_for_one_content(asking: Running, upstream: Upstream) -> None:
    token = token_of(asking)
    fresh = token_of(asking, TEXT + "急ぎです。", extra_headers={"kijun-confirmation": token})
    assert fresh != token
    assert token_of(
        asking, TEXT, extra_body={"temperature": 0.1}, extra_headers={"kijun-confirmation": token}
    )
    assert not upstream.calls


def test_confirmation_opens_nothing_that_is_blocked(gateway: Running, upstream: Upstream) -> None:
    token = token_of(gateway)
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(gateway, TEXT + "個人番号は123456789018です。", extra_headers={"kijun-confirmation": token})
    assert caught.value.code == "content_blocked"
    assert not upstream.calls
