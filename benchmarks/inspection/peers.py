"""The open peers beside ``kijun.inspection``: the same texts, the same scoring, one run.

    PYTHONPATH=src python benchmarks/inspection/peers.py [--quick] [--only NAME…] [--folder FOLDER]

Makes an environment of its own for each peer from PyPI (in a temporary folder, or in ``--folder``, which is kept and used
again), runs each in a process of its own that answers JSON lines, and prints Markdown tables. CPU times are those of the
process that inspects; the processes take turns, a block of texts each, and ratios are those of one run. What cannot be
installed or started stands at the end with the reason. ``--quick`` takes every fifth text and two rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import HERE, Score, Span, overlaps, read
from peer_catalogue import ATTACKS, BESIDE, DATA, NOT_MEASURED, Peer

from kijun.inspection.rule import unmarked

KIJUN = Peer("**kijun**", "kijun_all", ("kijun",), "data, attacks and expression in one pass", types={})
LENGTH = 600
ROUNDS, BLOCK = 10, 20
BUDGET = 20_000  # ms of CPU that a peer may take for one kind of timed text
PATIENCE = 300  # s for one answer


class CannotRun(Exception):
    """A peer cannot be installed, started or answered; the message says why."""


def python_of(version: str) -> str:
    """An interpreter of that version, or our own."""
    if not version:
        return sys.executable
    places = [shutil.which(f"python{version}") or ""]
    places += [str(one) for one in Path.home().glob(f".pyenv/versions/{version}*/bin/python")]
    for place in places:
        if place and not subprocess.run([place, "-c", ""], capture_output=True).returncode:
            return place
    raise CannotRun(f"needs Python {version}, which is not here")


def environment(peer: Peer, folder: Path) -> tuple[str, str]:
    """The peer's interpreter, installed if it is not yet, and the version that it has."""
    if peer is KIJUN:
        commit = subprocess.run(
            ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"], capture_output=True, text=True
        )
        return sys.executable, commit.stdout.strip()
    home = folder / peer.adapter
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([python_of(peer.python), "-m", "venv", str(home)], check=True, capture_output=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        wanted = [[*pip, *peer.options, *peer.packages]]
        if peer.name in BESIDE:
            wanted.append([*pip, *BESIDE[peer.name]])
        for words in wanted:
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode:
                errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                raise CannotRun(f"pip: {(errors or ['failed'])[-1][:160]}")
        (home / "ready").touch()
    asked = subprocess.run(
        [str(python), "-c", f"import importlib.metadata as m; print(m.version('{peer.version_of}'))"],
        capture_output=True,
        text=True,
    )
    return str(python), asked.stdout.strip()


class Running:
    """A peer in its process: ``ask`` gives its answer for one text."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.peer = peer
        python, self.version = environment(peer, folder)
        self.log = folder / f"{peer.adapter}.log"
        words = [python, str(HERE / "adapters" / "child.py"), peer.adapter]
        # twice: the first start warms the disk's cache
        for _start in range(2):
            with self.log.open("w") as log:
                self.process = subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                )
            self.answers: queue.Queue[str] = queue.Queue()
            threading.Thread(target=self.listen, args=(self.process,), daemon=True).start()
            ready = self.answer()
            if not _start:
                self.stop()
        self.seconds, self.loaded, self.errors = ready["seconds"], ready["megabytes"], 0
        self.megabytes = self.loaded

    def listen(self, process: subprocess.Popen[str]) -> None:
        answers = self.answers
        for line in process.stdout or ():
            answers.put(line)
        answers.put("")

    def answer(self) -> dict:
        try:
            line = self.answers.get(timeout=PATIENCE)
        except queue.Empty:
            self.process.kill()
            raise CannotRun(f"no answer in {PATIENCE} s") from None
        if not line:
            log = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise CannotRun((log or ["it ended"])[-1][:160])
        return json.loads(line)

    def ask(self, text: str) -> dict:
        try:
            self.process.stdin.write(json.dumps({"id": 0, "text": text}) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise CannotRun("it ended") from None
        answer = self.answer()
        self.errors += bool(answer["error"])
        self.megabytes = answer["megabytes"]
        return answer

    def stop(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def joins(before: Span, start: int, text: str) -> bool:
    """Whether what begins there overlaps what was found before, or is the rest of an address in its line."""
    gap = text[before[2] : start]
    return start < before[2] or (before[0] == "ADDRESS" and len(gap) <= 1 and gap != "\n")


def as_ours(spans: list, text: str, gold: list[Span], types: dict[str, str]) -> list[Span]:
    """A peer's spans in our types, adjoining addresses joined, 〒 taken off, each place once for a type."""
    found = []
    for type, start, end in sorted(spans, key=lambda one: one[1]):
        if type == "ATTACK" or (types and type not in types):
            continue
        wanted = types.get(type, type)
        kinds = wanted.rstrip("?").split("|")
        right = [one for one in kinds if any(overlaps((one, start, end), other) for other in gold)]
        if not right and wanted.endswith("?"):
            continue
        kind = (right or kinds)[0]
        if types:
            if kind == "POSTAL_CODE":
                start += len(text[start:end]) - len(text[start:end].lstrip("〒 　"))
            near = (one for one in found if one[0] == kind and joins(one, start, text))
            before = next(near, None)
            if before:
                found.remove(before)
                start, end = min(start, before[1]), max(end, before[2])
        found.append((kind, start, end))
    return found


def f1(counts: list[Counter]) -> float:
    return Score.f1(sum(counts, Counter()))[2]


class Result:
    """What one peer found in the texts with personal information."""

    def __init__(self, running: Running, rows: list[dict]) -> None:
        self.score, self.has = Score(), set()
        clean = flagged = dirty = covered = 0
        for row in rows:
            text, gold = unmarked(row["marked"])
            found = as_ours(running.ask(text)["spans"], text, gold, running.peer.types)
            self.score.add(gold, found)
            self.has.update(type for type, _, _ in found)
            places = {place for _, start, end in found for place in range(start, end)}
            if gold:
                dirty += 1
                covered += all(any(place in places for place in range(s, e)) for _, s, e in gold)
            else:
                clean += 1
                flagged += bool(found)
        self.types = {
            type: Score.f1(counter)[2]
            for type, counter in sorted(self.score.counts.items())
            if counter["right"] + counter["missed"]
        }
        self.micro, self.exact = f1([*self.score.counts.values()]), f1([*self.score.exact.values()])
        self.macro = statistics.fmean(self.types.values())
        self.flagged, self.covered = flagged / max(1, clean), covered / max(1, dirty)


def timed_texts(rows: list[dict]) -> dict[str, list[str]]:
    """Blocks of texts of ``LENGTH`` characters: the harmless ones joined, and those that hold most spans."""
    texts = [unmarked(row["marked"]) for row in rows]
    ordinary = [text for text, gold in texts if not gold]
    dense = [text for text, gold in sorted(texts, key=lambda one: -len(one[1]) / len(one[0])) if gold]
    kinds = {}
    for name, parts in (("ordinary", ordinary), ("dense", dense)):
        whole = "\n".join(parts)
        whole *= 1 + BLOCK * LENGTH // len(whole)
        kinds[name] = [whole[n * LENGTH : (n + 1) * LENGTH] for n in range(BLOCK)]
    return kinds


def times(running: list[Running], texts: list[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of CPU: a block of texts each in turn, until the rounds or the peer's budget are used up."""
    spent: dict[str, list[float]] = {one.peer.name: [] for one in running}
    for _round in range(rounds):
        for one in running:
            if sum(spent[one.peer.name]) < BUDGET:
                try:
                    spent[one.peer.name] += [one.ask(text)["milliseconds"] for text in texts]
                except CannotRun as problem:
                    print(f"{one.peer.name}: {problem}", file=sys.stderr)
    return spent


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[max(0, round(part * len(values)) - 1)]


def table(head: list[str], lines: list[list[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for line in lines:
        print("| " + " | ".join(line) + " |")
    print()


def cost(one: Running, spent: dict[str, dict[str, list[float]]]) -> list[str]:
    cells = []
    for by_peer in spent.values():
        values, ours = by_peer[one.peer.name], by_peer[KIJUN.name]
        if not values or not ours:
            cells.append("–")
            continue
        middle = statistics.median(values)
        ratio = middle / statistics.median(ours)
        cells.append(f"{middle:.2f} / {percentile(values, 0.99):.2f} ({ratio:.{0 if ratio >= 10 else 2}f} ×)")
    return [*cells, f"{one.loaded:.0f} / {one.megabytes:.0f}", f"{one.seconds:.2f}"]


def start(peers: tuple[Peer, ...], folder: Path, failed: dict[str, str]) -> list[Running]:
    running = []
    for peer in (KIJUN, *peers):
        print(f"starting {peer.name}", file=sys.stderr)
        try:
            running.append(Running(peer, folder))
        except (CannotRun, subprocess.CalledProcessError) as problem:
            failed[peer.name] = str(problem)
    return running


def named(one: Running) -> str:
    note = f" ({one.peer.note})" if one.peer.note else ""
    broke = f" [{one.errors} texts raised]" if one.errors else ""
    return f"{one.peer.name} {one.version}{note}{broke}"


def per_peer(
    running: list[Running], work: Callable[[Running], Any], failed: dict[str, str]
) -> list[tuple[Running, Any]]:
    done = []
    for one in list(running):
        print(f"measuring {one.peer.name}", file=sys.stderr)
        try:
            done.append((one, work(one)))
        except CannotRun as problem:
            failed[one.peer.name] = str(problem)
            running.remove(one)
            one.process.kill()
    return done


def data(peers: tuple[Peer, ...], rows: list[dict], args: argparse.Namespace, failed: dict[str, str]) -> None:
    running = start(peers, args.folder, failed)
    results = per_peer(running, lambda one: Result(one, rows), failed)
    spent = {kind: times(running, texts, args.rounds) for kind, texts in timed_texts(args.rows).items()}
    print(f"### Personal and confidential information: {len(rows)} texts\n")
    head = [
        "package", "F1 micro", "exact", "macro", "macro of its types", "harmless flagged", "nothing left uncovered",
        "CPU ordinary", "CPU dense", "MB loaded / peak", "load s",
    ]  # fmt: skip
    lines = []
    for one, got in results:
        own = [value for type, value in got.types.items() if type in got.has]
        quality = [got.micro, got.exact, got.macro, statistics.fmean(own or [0])]
        cells = [f"{value:.2f}" for value in quality] + [f"{got.flagged:.0%}", f"{got.covered:.0%}"]
        lines.append([named(one), *cells, *cost(one, spent)])
    table(head, lines)
    print("### F1 by overlap, by type (– where a package never gave such a type)\n")
    lines = [
        [type, *(f"{got.types[type]:.2f}" if type in got.has else "–" for _, got in results)]
        for type in results[0][1].types
    ]
    table(["type", *(one.peer.name for one, _ in results)], lines)
    print("### The best peer for each type, F1 by overlap\n")
    lines = []
    for type, ours in results[0][1].types.items():
        best, peer = max(((got.types[type], one.peer.name) for one, got in results[1:]), default=(0.0, ""))
        lines.append([type, f"{ours:.2f}", f"{best:.2f}", peer if best else "none"])
    table(["type", "kijun", "best peer", "which"], lines)
    for one in running:
        one.stop()


def attacks(
    peers: tuple[Peer, ...], rows: list[dict], args: argparse.Namespace, failed: dict[str, str]
) -> None:
    def found(one: Running) -> list[bool]:
        return [any(type == "ATTACK" for type, _, _ in one.ask(row["text"])["spans"]) for row in rows]

    running = start(peers, args.folder, failed)
    results = per_peer(running, found, failed)
    spent = {kind: times(running, texts, args.rounds) for kind, texts in timed_texts(args.rows).items()}
    print(f"### Attacks: {len(rows)} texts\n")
    lines = []
    for one, flags in results:
        cells = []
        for label in ("attack", "benign"):
            for lang in ("ja", "en"):
                these = [
                    flag
                    for row, flag in zip(rows, flags, strict=True)
                    if (row["lang"], row["label"] == "attack") == (lang, label == "attack")
                ]
                cells.append(f"{statistics.fmean(these or [0]):.0%}")
        lines.append([named(one), *cells, *cost(one, spent)])
    head = [
        "package",
        "found ja",
        "found en",
        "false alarms ja",
        "false alarms en",
        "CPU ordinary",
        "CPU dense",
        "MB loaded / peak",
        "load s",
    ]
    table(head, lines)
    for one in running:
        one.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="every fifth text and two rounds")
    parser.add_argument("--only", nargs="*", default=[], help="names of peers")
    parser.add_argument("--folder", type=Path, help="keep the environments here and use them again")
    args = parser.parse_args()
    kept, step = args.folder, 5 if args.quick else 1
    args.folder = (kept or Path(tempfile.mkdtemp(prefix="kijun-peers-"))).absolute()
    args.folder.mkdir(parents=True, exist_ok=True)
    args.rounds = 2 if args.quick else ROUNDS
    args.rows = read(HERE / "personal.jsonl")
    failed: dict[str, str] = {}
    print(f"{os.cpu_count()} cores, CPython {platform.python_version()}, load {os.getloadavg()[0]:.1f}; ")
    print("CPU: p50 / p99 in ms for 600 characters, and how many times kijun's p50 in the same run.\n")
    try:
        for peers, work, rows in ((DATA, data, args.rows), (ATTACKS, attacks, read(HERE / "attacks.jsonl"))):
            chosen = tuple(one for one in peers if not args.only or one.name in args.only)
            if chosen:
                work(chosen, rows[::step], args, failed)
    finally:
        if not kept:
            shutil.rmtree(args.folder, ignore_errors=True)
    print("### Not measured\n")
    for name, reason in (failed | NOT_MEASURED).items():
        print(f"- {name}: {reason}")


if __name__ == "__main__":
    main()
