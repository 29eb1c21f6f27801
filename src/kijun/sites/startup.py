"""What ``kijun serve`` does once after the migrations, and what it tells the person at the console."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from kijun.governance.accounts import actions, entry
from kijun.governance.organisation.models import Municipality
from kijun.sites.jobs import ensure_schedules


def prepare(sample: bool) -> list[str]:
    """Schedule the jobs, load the sample town when asked for, else print the set-up link of an empty installation.

    Returns the lines to print, in Japanese, then in English.
    """
    ensure_schedules()
    lines: list[str] = []
    if sample and find_spec("kijun.sites.sample") is not None:
        lines += import_module("kijun.sites.sample").load()
    if settings.KIJUN_SITE != "residents" and not Municipality.objects.exists():
        lines += set_up_lines(os.environ.get("KIJUN_ADDRESS", ""))
    return lines


def set_up_lines(base: str = "") -> list[str]:
    """A new set-up link, told in Japanese, then in English; earlier links are void from here on."""
    link = entry.address(base) + entry.set_up_path(actions.make_set_up_link())
    return [
        "",
        "初期設定のリンク（24時間以内に1回だけ使えます）。ブラウザで開いてください。",
        f"  {link}",
        "Set-up link (good for 24 hours, once). Open it in a browser:",
        f"  {link}",
        "",
    ]
