"""``kijun access publish``: hand the policy to the gateway now."""

from __future__ import annotations

import argparse
from typing import Any

from kijun.governance.access.commands._shared import command, show
from kijun.governance.access.publishing import publish_now


def add(commands: Any) -> None:
    """The command."""
    text = "hand the policy to the gateway now, where it is not current"
    command(commands, "publish", text, _publish, town=False)


def _publish(args: argparse.Namespace) -> None:
    version = publish_now("kijun access publish")
    show(args, {"version": version}, [f"version {version}"])
