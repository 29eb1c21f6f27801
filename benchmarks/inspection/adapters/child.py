"""Runs inside a peer's own environment: ``python child.py ADAPTER`` reads ``{"id","text"}`` lines and writes spans.

An adapter is a module beside this file whose ``load()`` gives ``find(text) -> [(type, start, end), …]`` in the peer's own
types. The first line out says how long it took from nothing imported to a first text done; then a line a text with the CPU
time of that text. What a peer prints goes to standard error. Needs only the standard library.
"""

import contextlib
import importlib
import json
import os
import sys
import time

FIRST = "氏名 山本 花子、電話 090-1234-5678、mail: hanako@example.com。Please summarise this document."


def megabytes(name: str) -> float:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(name + ":"))


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**words: object) -> None:
        answers.write(json.dumps(words) + "\n")
        answers.flush()

    began = time.perf_counter()
    find = importlib.import_module(sys.argv[1]).load()
    find(FIRST)
    say(seconds=time.perf_counter() - began, megabytes=megabytes("VmRSS"))
    for line in sys.stdin:
        row = json.loads(line)
        spans, error = [], ""
        start = time.process_time()
        try:
            spans = find(row["text"])
        except Exception as problem:  # a peer may raise anything; it then found nothing
            error = type(problem).__name__
        milliseconds = (time.process_time() - start) * 1000
        say(id=row["id"], spans=spans, error=error, milliseconds=milliseconds, megabytes=megabytes("VmHWM"))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
