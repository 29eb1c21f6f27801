"""``kijun access publish`` and ``kijun access status``: the policy that the gateway has been given."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access.commands._shared import command, facts, show
from kijun.governance.access.publishing import base_url, publish_now, state


def add(commands: Any) -> None:
    """The commands."""
    text = "hand the policy to the gateway now, where it is not current"
    command(commands, "publish", text, _publish, town=False)
    text = "tell which policy the gateway has; 1 where it is none, not ours, or not the newest"
    command(commands, "status", text, _status, town=False)


def _publish(args: argparse.Namespace) -> None:
    version = publish_now("kijun access publish")
    show(args, {"version": version}, [f"version {version}"])


def _status(args: argparse.Namespace) -> int:
    found = state()
    value = {
        "version": found.last.version if found.last else None,
        "at": found.last.at if found.last else None,
        "digest": found.last.digest if found.last else "",
        "in_place": found.in_place,
        "current": found.current,
        "base_url": base_url(),
    }
    show(args, value, facts(value))
    return 0 if found.in_place and found.current else 1
