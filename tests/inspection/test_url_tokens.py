"""URLs that let in whoever has them, and those of pages that are open to everybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection import Inspector
from kijun.inspection.url_tokens import entropy, url_tokens


def whole(text: str) -> list[tuple[str, str]]:
    return [(one.type, text[one.start : one.end]) for one in url_tokens(text)]


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.example.org/reset-password?token=Kq7Lm2Zx9Vw4Rt8Yp",
        "https://shinsei.example.jp/password/reset/8f3k2m9xq7zw4rt1",
        "https://example.jp/join?invitation=9f8e7d6c5b4a3928",
        "https://member.example.jp/activate?c=9f8e7d6c5b4a39281706",
        "https://mail.example.jp/unsubscribe?u=48213&h=9f8e7d6c5b4a3928",
        "https://enq.example.jp/a/?respondent=7f3k92mpq8zt41xn",
        "https://my.example.jp/otl/x7k2q9mzw4rt8ypb",
        "https://bin.example.jp/dl/7f3k92mpq8zt41xn",
        "https://apply.example.jp/resume/9d2f7a31c8b64e05a1f3",
        "https://drive.example.com/file/d/1Kq7Lm2Zx9Vw4Rt8YpBn3CdFg6HjK1sAe/view?usp=sharing",
        "https://www.dropbox.com/s/k7q2m9xwzrt4y8p/meibo.xlsx?dl=0",
        "https://city-my.sharepoint.com/:x:/g/personal/soumu/EaKq7Lm2Zx9Vw4Rt8YpBn3?e=a1B2c3",
        "https://1drv.ms/x/s!AkQ7Lm2Zx9Vw4Rt8Yp",
        "https://calendar.example.com/ical/soumu/private-9f8e7d6c5b4a39281706abcd/basic.ics",
        "https://outlook.example.com/owa/calendar/9d2f7a31c8b64e05a1f3/calendar.html",
    ],
)
def test_a_link_that_lets_in(url: str) -> None:
    assert whole(f"こちら {url} から") == [("URL_TOKEN", url)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "https://bin.example.jp/dl/7f3k92mpq8zt41xn(7日間有効)",
            "https://bin.example.jp/dl/7f3k92mpq8zt41xn",
        ),
        (
            '<script src="https://maps.example.com/js?key=AIabcdefgh12345&callback=init"></script>',
            "https://maps.example.com/js?key=AIabcdefgh12345&callback=init",
        ),
    ],
)
def test_what_stands_around_a_link_is_not_in_it(text: str, url: str) -> None:
    assert whole(text) == [("URL_TOKEN", url)]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.city.example.jp/kosodate/hoiku/nyuusho-annai-r9-04.html",
        "https://example.jp/news/?utm_source=line&utm_campaign=spring2027abcdef12",
        "https://www.example.com/?gclid=Cj0KCQiA1234abcdEFGH",
        "https://git.example.com/a/commit/4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "https://example.jp/docs/0d9c1f32-77aa-4b7e-9d11-0a2b3c4d5e6f",
        "https://elaws.example.jp/document?lawid=415AC0000000057",
        "https://docs.example.com/forms/d/e/1FAIpQLSdKq7Lm2Zx9Vw4Rt8YpBn3CdFg6HjK1sAe/viewform",
        "https://user:password@example.com/",
        "https://example.jp/reset?token=<token>",
        "https://hooks.example.com/services/XXXXXXXXX/XXXXXXXXX/XXXXXXXXXXXXXXXX",
        "https://mail.example.jp/unsubscribe",
    ],
)
def test_a_page_that_is_open_to_everybody(text: str) -> None:
    assert whole(text) == []


def test_the_password_of_a_connection() -> None:
    assert whole("mongodb+srv://app:umi-77x@db.example.net/a") == [("SECRET", "umi-77x")]
    assert whole("postgres://app:password@db/a") == []


def test_entropy() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abab") == pytest.approx(1)
    assert entropy("abcdefgh") == pytest.approx(3)


@given(st.text(min_size=1))
def test_entropy_lies_between_none_and_all_different(value: str) -> None:
    assert -1e-9 <= entropy(value) <= len(value).bit_length()


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.gg/W16vQYrq",
        "https://chat.example.jp/invite/0kHPtqnyVyJF",
        "https://id.example.jp/reset/9b7c2f41e8",
        "https://id.example.jp/magic-login/eyJ1IjoxMjA5fQ.NKg8INwC4cZ0E6evoP",
        "https://drive.example.jp/s/Qm81TzLpa9?pw=kyufu55",
        "https://hooks.chat.example.com/services/T02KD/B81QX/aZ9rW4nUe7",
        "https://x.webhook.office.com/webhookb2/4f1c7a60-92d3@a0c3/IncomingWebhook/c0b5925e72b82cf4ba7f/11de",
        "https://cal.example.com/ical/kikaku%40example.jp/private-4be0c71d93fa/basic.ics",
        "https://example.webex.com/example/j.php?MTID=mc119d83ee183363855b454db252c4d4d",
        "otpauth://totp/Machi:joho?secret=ZMIHARXXA3QM423I&issuer=Machi",
    ],
)
def test_links_that_let_in_whoever_has_them(url: str) -> None:
    text = f"会議はこちらから {url} どうぞ"
    assert [one.of(text) for one in Inspector().inspect(text) if one.type == "URL_TOKEN"] == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.jp/services/online2026",
        "https://www.example.jp/invite/seminar2026",
        "https://www.example.jp/guest/annai-2026.html",
        "https://www.example.jp/magic/show-2026-07",
        "https://www.example.jp/hooks/usage?page=2",
    ],
)
def test_pages_that_only_sound_like_it(url: str) -> None:
    assert not Inspector().inspect(f"案内 {url} を見る").data


def test_what_stands_behind_a_link_is_no_second_one() -> None:
    """A key that ends in %3D reads as if the link went on behind it."""
    link = (
        "https://blob.example.net/out/kk.csv?sv=2023-01-03&sig=hy7fXw3y99qNXc4adaahReLXTRPz3XJP3wWdCkyhK9l%3D"
    )
    text = f"06:00:10 put {link}\n06:00:15 end rc=0"
    assert [one.of(text) for one in Inspector().inspect(text).data] == [link]
