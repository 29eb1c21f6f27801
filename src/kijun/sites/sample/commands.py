"""``kijun sample load`` and ``kijun sample remove``."""

from __future__ import annotations

import argparse

HELP = "load or remove the sample town みちしるべ市"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("load", help="load the sample town and print who may sign in, once")
    actions.add_parser("remove", help="take the sample town away, whole")


def run(args: argparse.Namespace) -> int:
    from kijun.sites import sample

    if args.action == "load":
        for line in sample.load():
            print(line)
        return 0
    if sample.remove():
        print("見本の町を取り除きました。 / The sample town is gone.")
        return 0
    print("見本の町は読み込まれていません。 / There is no sample town.")
    return 1
