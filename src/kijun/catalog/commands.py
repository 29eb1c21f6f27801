"""The command line of the catalogue: ``kijun catalog list | show | validate | export | …``.

`kijun.cli` calls `add_arguments` and `run`. Exit codes: 0 done, 1 problems found, 2 something asked for that
is not there. What people asked for goes to stdout, what went wrong to stderr.
"""

from __future__ import annotations

import argparse
import difflib
import io
import shutil
import sys
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from kijun.catalog import pages
from kijun.catalog.difference import compare
from kijun.catalog.export_json import json_text
from kijun.catalog.export_oscal import export_oscal, export_oscal_profile, oscal_text
from kijun.catalog.export_oscal_mapping import export_oscal_mapping
from kijun.catalog.export_xlsx import export_xlsx
from kijun.catalog.load import freeze, load, versions
from kijun.catalog.model import Catalog, Control, Principle, Risk, Text, Topic
from kijun.catalog.own_controls import OwnSheet, preview, read_own_controls
from kijun.catalog.own_template import write_template
from kijun.catalog.sources import DATA, CatalogError, UnknownVersion
from kijun.catalog.tables import table
from kijun.catalog.validate import validate
from kijun.catalog.vocabulary import Role, Tier, label

OK, PROBLEMS, USAGE = 0, 1, 2


class UsageError(Exception):
    """What was asked for cannot be done; the message says what to do instead, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.message = Text(ja, en)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the catalogue's subcommands to a parser."""
    parser.set_defaults(catalog_command=None, catalog_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(catalog_command=name)
        one.add_argument(
            "--lang", choices=("ja", "en"), default="ja", help="language of the output (default: ja)"
        )
        return one

    def reader(name: str, text: str) -> argparse.ArgumentParser:
        one = command(name, text)
        one.add_argument("--at", metavar="VERSION", help="a released version instead of the current one")
        one.add_argument("--own", metavar="FILE", type=Path, help="add a municipality's own controls (Excel)")
        return one

    listing = reader("list", "list controls")
    listing.add_argument("--tier", choices=_values(Tier), help="only those that this tier requires")
    listing.add_argument("--role", choices=_values(Role), help="only those of this role")
    listing.add_argument("--principle", metavar="N", help="only those of this principle, 1 to 10 or G")
    show = reader("show", "show one control, risk, topic or principle")
    show.add_argument("id", metavar="ID", help="for example P6.1.1, R6.1.1, 6.1 or 6")
    check = command("validate", "check the catalogue's files")
    check.add_argument(
        "--folder", type=Path, default=DATA, help="a folder of catalogue data other than our own"
    )
    export = reader("export", "write the catalogue in another format")
    export.add_argument("--format", choices=("json", "xlsx", "oscal"), default="json")
    kind = export.add_mutually_exclusive_group()
    kind.add_argument(
        "--profile", metavar="TIER", choices=_values(Tier), help="OSCAL: the profile of this tier"
    )
    kind.add_argument("--mapping", action="store_true", help="OSCAL: the crosswalk to other frameworks")
    export.add_argument(
        "--catalog-href",
        metavar="URL",
        default="catalog.json",
        help="OSCAL: where a profile or the crosswalk finds the catalog",
    )
    export.add_argument("--output", metavar="FILE", type=Path, help="write to a file instead of stdout")
    template = reader("own-template", "write the Excel sheet for a municipality's own controls")
    template.add_argument("--output", metavar="FILE", type=Path, required=True)
    own = reader(
        "own-check", "check a sheet of own controls and show what it would change; nothing is changed"
    )
    own.add_argument("file", metavar="FILE", type=Path)
    upgrade = command("difference", "show what an upgrade from one version to another changes")
    upgrade.add_argument("old", metavar="OLD")
    upgrade.add_argument("new", metavar="NEW", nargs="?", help="default: the current version")
    command("versions", "list the versions that can be loaded")
    packing = command(
        "freeze", "pack the current version, so that it stays loadable (for maintainers, at a release)"
    )
    packing.add_argument(
        "--folder", type=Path, default=DATA, help="a folder of catalogue data other than our own"
    )


def _values(words: type[StrEnum]) -> tuple[str, ...]:
    """A closed list as argparse names it in an error: low, not <Tier.LOW: 'low'>."""
    return tuple(word.value for word in words)


def _utf8(stream: TextIO) -> TextIO:
    """The stream, writing UTF-8 whatever the locale says: JSON is UTF-8 (RFC 8259)."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    return stream


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Japanese is no reason to die
    commands = {
        "list": _list,
        "show": _show,
        "validate": _validate,
        "export": _export,
        "own-template": _own_template,
        "own-check": _own_check,
        "difference": _difference,
        "versions": _versions,
        "freeze": _freeze,
    }
    if args.catalog_command is None:
        args.catalog_parser.print_help(sys.stderr)
        return USAGE
    try:
        return commands[args.catalog_command](args)
    except UsageError as error:
        print(error.message.get(args.lang), file=sys.stderr)
        return USAGE
    except UnknownVersion as error:
        there = ", ".join(error.known)
        ja = f"版{error.version}はありません。{there}があります。"
        print(str(error) if args.lang == "en" else ja, file=sys.stderr)
        return USAGE
    except CatalogError as error:
        print(error, file=sys.stderr)
        return PROBLEMS
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        print(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), file=sys.stderr)
        return USAGE


def _catalog(args: argparse.Namespace) -> Catalog:
    """The catalogue that the options ask for. Raises CatalogError where the own controls are wrong."""
    catalog = load(args.at)
    if args.own is None:
        return catalog
    sheet = read_own_controls(args.own, catalog)
    if not sheet.is_valid:
        raise CatalogError(str(args.own), "\n" + "\n".join(_error_lines(sheet, args.lang)))
    return catalog.with_own(sheet.controls)


def _error_lines(sheet: OwnSheet, lang: str) -> list[str]:
    places = ("row {}, {}", "the file") if lang == "en" else ("{}行目 {}", "ファイル")
    return [
        f"{places[0].format(error.row, error.column) if error.row else places[1]}: {error.message(lang)}"
        for error in sheet.errors
    ]


def _list(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    if args.principle and args.principle not in {topic.principle for topic in catalog.topics}:
        raise UsageError(
            f"原則{args.principle}はありません。1から10までとGがあります。",
            f"no principle {args.principle!r}; there are 1 to 10 and G",
        )
    controls = [
        control
        for control in catalog.controls
        if (not args.tier or control.required_by(args.tier))
        and (not args.role or control.role == args.role)
        and (not args.principle or control.principle == args.principle)
    ]
    english = args.lang == "en"
    headers = (
        ("ID", "Role", "Tier from", "Frequency", "Title")
        if english
        else ("番号", "役割", "リスク区分", "頻度", "名称")
    )
    rows = [
        (
            control.id,
            label(control.role, args.lang),
            label(control.tiers[0], args.lang),
            label(control.frequency, args.lang),
            control.title.get(args.lang),
        )
        for control in controls
    ]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(table(headers, rows, limit=limit))
    print(f"{len(controls)} controls" if english else f"{len(controls)}件")
    return OK


def _show(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    elements: list[Control | Risk | Topic | Principle] = [*catalog.principles, *catalog.topics]
    elements += [*catalog.risks, *catalog.controls]
    by_id = {element.id: element for element in elements}
    id = "".join(unicodedata.normalize("NFKC", args.id).upper().split())
    if id not in by_id:
        near = difflib.get_close_matches(id, by_id, n=5, cutoff=0.6)
        hint = Text("一覧は kijun catalog list で見られます。", "`kijun catalog list` shows every control")
        if near:
            hint = Text(f"近いもの: {'、'.join(near)}", f"did you mean {', '.join(near)}?")
        raise UsageError(
            f"「{args.id}」は対策一覧にありません。{hint.ja}", f"no {args.id!r} in the catalogue; {hint.en}"
        )
    print(pages.page(catalog, by_id[id], args.lang))
    return OK


def _validate(args: argparse.Namespace) -> int:
    problems = validate(args.folder)
    for problem in problems:
        print(problem)
    if problems:
        print(
            f"{len(problems)} problems" if args.lang == "en" else f"問題 {len(problems)}件", file=sys.stderr
        )
        return PROBLEMS
    catalog = load(folder=args.folder)
    counts = (len(catalog.principles), len(catalog.topics) - 1, len(catalog.risks), len(catalog.controls))
    edges = len(catalog.edges)
    print(
        f"{catalog.version}: no problems ({counts[0]} principles, {counts[1]} topics, {counts[2]} risks, "
        f"{counts[3]} controls, {edges} edges)"
        if args.lang == "en"
        else f"{catalog.version}: 問題はありません（原則{counts[0]}、項目{counts[1]}、リスク{counts[2]}、"
        f"対策{counts[3]}、対応{edges}）"
    )
    return OK


def _export(args: argparse.Namespace) -> int:
    if (args.profile or args.mapping) and args.format != "oscal":
        raise UsageError(
            "--profile と --mapping は --format oscal と一緒に使います。",
            "--profile and --mapping go with --format oscal",
        )
    if args.format == "xlsx" and args.output is None:
        raise UsageError(
            "Excelファイルの書き出し先を --output FILE で指定してください。",
            "an Excel file is not text: say where to write it with --output FILE",
        )
    catalog = _catalog(args)
    if args.format == "xlsx":
        with args.output.open("wb") as file:
            export_xlsx(catalog, file, args.lang)
        return OK
    text = json_text(catalog) if args.format == "json" else oscal_text(_oscal(catalog, args))
    if args.output is None:
        _utf8(sys.stdout).write(text)
    else:
        args.output.write_text(text, encoding="utf-8")
    return OK


def _oscal(catalog: Catalog, args: argparse.Namespace) -> dict[str, Any]:
    if args.profile:
        return export_oscal_profile(catalog, args.profile, args.lang, catalog_href=args.catalog_href)
    if args.mapping:
        return export_oscal_mapping(catalog, args.lang, catalog_href=args.catalog_href)
    return export_oscal(catalog, args.lang)


def _own_template(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    with args.output.open("wb") as file:
        write_template(file, catalog, (control for control in catalog.controls if control.is_own), args.lang)
    return OK


def _own_check(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    sheet = read_own_controls(args.file, catalog)
    if not sheet.is_valid:
        print("\n".join(_error_lines(sheet, args.lang)))
        return PROBLEMS
    print(pages.difference_page(preview(catalog, sheet), args.lang))
    return OK


def _difference(args: argparse.Namespace) -> int:
    print(pages.difference_page(compare(load(args.old), load(args.new)), args.lang))
    return OK


def _versions(args: argparse.Namespace) -> int:
    for version in versions():
        catalog = load(version)
        print(f"{version}  {catalog.date}  {catalog.digest}")
    return OK


def _freeze(args: argparse.Namespace) -> int:
    print(freeze(args.folder))
    return OK
