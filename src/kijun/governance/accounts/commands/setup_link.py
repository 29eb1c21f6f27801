"""``kijun setup-link``: a new one-time link to the first-run page."""

from __future__ import annotations

import argparse
import sys

from kijun.governance.accounts import actions, entry

HELP = "print a one-time link that registers a municipality and its first administrator"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--address", metavar="URL", help="where people open Kijun, to be put before the link")


def run(args: argparse.Namespace) -> int:
    """Print the link; every earlier set-up link is void from here on."""
    base = entry.address(args.address or "")
    link = base + entry.set_up_path(actions.make_set_up_link())
    sys.stdout.write(
        f"初期設定のリンク（24時間以内に1回だけ使えます） / Set-up link (good for 24 hours, once):\n{link}\n"
    )
    return 0
