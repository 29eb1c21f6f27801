"""What ``kijun serve`` does once after the migrations, and what it tells the person at the console."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from kijun.governance.access.publishing import publish_now
from kijun.governance.accounts import actions, entry
from kijun.governance.organisation.models import Municipality
from kijun.sites.jobs import ensure_schedules


def prepare(sample: bool) -> list[str]:
    """Schedule the jobs, load the sample town when asked for, hand the gateway its policy, and make a set-up link while there is
    no real town.

    The sample town founds nothing: with it alone, every start still tells how the first real town is registered.
    Returns the lines to print, in Japanese, then in English.
    """
    ensure_schedules()
    lines: list[str] = []
    if sample and find_spec("kijun.sites.sample") is not None:
        lines += import_module("kijun.sites.sample").load()
    publish_now("start")  # a gateway that starts beside finds the policy of today
    if settings.KIJUN_SITE != "residents" and not Municipality.objects.filter(is_sample=False).exists():
        lines += set_up_lines()
    return lines


def set_up_lines() -> list[str]:
    """A new set-up link, told in Japanese, then in English; earlier links are void from here on."""
    link = entry.address() + entry.set_up_path(actions.make_set_up_link())
    beside = Municipality.objects.exists()  # the sample
    what = "あなたの団体を登録する、" if beside else ""
    what_for = " for your own municipality" if beside else ""
    return [
        "",
        f"{what}初期設定のリンク（24時間以内に1回だけ使えます）。ブラウザで開いてください。",
        f"Set-up link{what_for} (good for 24 hours, once). Open it in a browser:",
        f"  {link}",
        "",
    ]
