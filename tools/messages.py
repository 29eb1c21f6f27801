"""Collect the Japanese source strings into each app's English (and plain Japanese) catalogues, and compile them.

    python tools/messages.py            all folders that hold a ``locale``
    python tools/messages.py risks web  only these
    python tools/messages.py --check    change nothing; exit 1 when a string has no translation or a .mo is stale

Needs only Babel and polib: a fresh machine has no gettext tools. The compiled files are committed.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parent.parent / "src" / "kijun"
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
            "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2)}  # fmt: skip
PLAIN_JAPANESE = ("web", "sites", "governance/register", "governance/reviews")
"""Folders whose residents' templates are read in やさしい日本語 too."""
RESIDENT_TEMPLATES = re.compile(r"(residents?|public|towns|languages|base|chart|tip|breadcrumb)")
TEMPLATE_TAG = re.compile(r"\{%[-\s]*(translate|trans|blocktranslate|blocktrans)\b(.*?)%\}", re.S)
LITERAL = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
FIRST_STRING = re.compile(r"""^\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")

Found = tuple[str, str | None, str | None]  # msgid, plural, context


def folders() -> list[Path]:
    """The packages that own a catalogue: web, sites, cli and each governance app."""
    return [
        ROOT / "web",
        ROOT / "sites",
        *sorted(p for p in (ROOT / "governance").iterdir() if (p / "apps.py").exists()),
    ]


def python_strings(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for _line, message, _comments, context in extract(
            "python", file, keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            if isinstance(message, tuple):
                yield message[0], message[1], context
            else:
                yield message, None, context


def template_strings(path: Path) -> Iterator[Found]:
    """translate, blocktranslate (trimmed, plural, context) and ``_("…")`` inside tags."""
    text = path.read_text(encoding="utf-8")
    for match in TEMPLATE_TAG.finditer(text):
        kind, rest = match.groups()
        context = re.search(r"""\bcontext\s+(?:"([^"]*)"|'([^']*)')""", rest)
        where = (context.group(1) or context.group(2)) if context else None
        if kind in {"translate", "trans"}:
            literal = FIRST_STRING.match(rest)
            if literal:
                yield literal.group(1)[1:-1].replace('\\"', '"'), None, where
            continue
        end = re.compile(r"\{%\s*end" + kind + r"\s*%\}").search(text, match.end())
        if end is None:
            raise ValueError(f"{path}: {kind} without an end")
        body = text[match.end() : end.start()]
        one, _tag, many = [*re.split(r"(\{%\s*plural\s*%\})", body), "", ""][:3]
        trimmed = "trimmed" in rest.split()
        yield block(one, trimmed), block(many, trimmed) if many else None, where
    for match in LITERAL.finditer(text):
        yield match.group(1)[1:-1], None, None


def block(text: str, trimmed: bool) -> str:
    """A block's text as Django looks it up: variables as %(name)s, per cent doubled, lines joined when trimmed."""
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines() if line.strip())
    pieces = re.split(r"\{\{\s*(\w+)\s*\}\}", text.replace("%", "%%"))
    return "".join(piece if i % 2 == 0 else f"%({piece})s" for i, piece in enumerate(pieces))


def strings(folder: Path, *, residents_only: bool = False) -> dict[tuple[str, str | None], str | None]:
    found: dict[tuple[str, str | None], str | None] = {}
    files: list[Path] = sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt"))
    if not residents_only:
        files += sorted(folder.rglob("*.py"))
    for path in files:
        if "migrations" in path.parts or "static" in path.parts:
            continue
        if residents_only and not RESIDENT_TEMPLATES.search(path.name):
            continue
        for msgid, plural, context in (
            python_strings(path) if path.suffix == ".py" else template_strings(path)
        ):
            if msgid:
                found[msgid, context] = plural or found.get((msgid, context))
    return found


def merge(target: Path, found: dict[tuple[str, str | None], str | None], language: str) -> polib.POFile:
    """The catalogue with new strings added and unused ones dropped; translations are kept."""
    catalogue = polib.pofile(str(target)) if target.exists() else polib.POFile(wrapwidth=110)
    catalogue.wrapwidth = 110
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit", "Language": language,
                          "Plural-Forms": "nplurals=2; plural=(n != 1);" if language == "en" else "nplurals=1; plural=0;"}  # fmt: skip
    old = {(entry.msgid, entry.msgctxt): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = catalogue.metadata
    for (msgid, context), plural in sorted(found.items(), key=lambda pair: (pair[0][0], pair[0][1] or "")):
        entry = old.get((msgid, context)) or polib.POEntry(msgid=msgid, msgctxt=context, msgstr="")
        if plural:
            entry.msgid_plural = plural
            count = 2 if language == "en" else 1
            entry.msgstr = ""
            entry.msgstr_plural = {i: entry.msgstr_plural.get(i, "") for i in range(count)}
        if "%(" in msgid:
            entry.flags = ["python-format"]
        fresh.append(entry)
    return fresh


def missing(catalogue: polib.POFile) -> list[str]:
    return [
        entry.msgid
        for entry in catalogue
        if "fuzzy" in entry.flags
        or not (all(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr)
    ]


def conflicts() -> list[str]:
    """Strings that two apps translate differently: Django merges the catalogues, so one of them would win everywhere.

    A word with two meanings needs a context (``pgettext``, ``{% translate "…" context "…" %}``).
    """
    seen: dict[tuple[str, str, str | None], dict[str, str]] = {}
    for folder in folders():
        for path in sorted(folder.glob("locale/*/LC_MESSAGES/django.po")):
            for entry in polib.pofile(str(path)):
                words = (
                    " | ".join(dict.fromkeys(entry.msgstr_plural.values()))
                    if entry.msgid_plural
                    else entry.msgstr
                )
                known = seen.setdefault((path.parts[-3], entry.msgid, entry.msgctxt), {})
                known.setdefault(words, folder.name)
    return [
        f"{locale}: {msgid[:40]}: " + ", ".join(f"{app} says {words!r}" for words, app in known.items())
        for (locale, msgid, _context), known in sorted(seen.items(), key=lambda pair: pair[0][:2])
        if len(known) > 1
    ]


def compiled(catalogue: polib.POFile) -> bytes:
    for entry in catalogue:
        entry.linenum = None
    return bytes(catalogue.to_binary())


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    wanted = [name for name in arguments if not name.startswith("-")]
    problems = 0
    for folder in folders():
        if wanted and folder.name not in wanted:
            continue
        jobs = [("en", "en", False)]
        if str(folder.relative_to(ROOT)) in PLAIN_JAPANESE:
            jobs.append(("ja_Easy", "ja_Easy", True))
        for locale, language, residents_only in jobs:
            found = strings(folder, residents_only=residents_only)
            target = folder / "locale" / locale / "LC_MESSAGES" / "django.po"
            catalogue = merge(target, found, language)
            lacking = missing(catalogue)
            binary = compiled(catalogue)
            place = f"{folder.relative_to(ROOT)} {locale}"
            if check:
                same = target.exists() and target.read_text(encoding="utf-8") == str(catalogue)
                same = (
                    same
                    and target.with_suffix(".mo").exists()
                    and target.with_suffix(".mo").read_bytes() == binary
                )
                if found and not same:
                    problems += 1
                    print(f"{place}: out of date; run tools/messages.py {folder.name}")
            elif found:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(str(catalogue), encoding="utf-8")
                target.with_suffix(".mo").write_bytes(binary)
            problems += len(lacking)
            for msgid in lacking:
                print(f"{place}: no translation: {msgid[:80]}")
            if not lacking and found:
                print(f"{place}: {len(found)} strings, complete")
    if not wanted:
        for line in conflicts():
            problems += 1
            print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    io.TextIOWrapper.reconfigure(sys.stdout, encoding="utf-8")  # type: ignore[arg-type]
    sys.exit(main(sys.argv[1:]))
