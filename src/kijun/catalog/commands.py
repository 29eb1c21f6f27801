"""The command line of the catalogue: ``kijun catalog list | show | validate | export | …``.

`kijun.cli` calls `add_arguments` and `run`. Exit codes: 0 done, 1 problems found, 2 something asked for that
is not there. What people asked for goes to stdout, what went wrong to stderr.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import unicodedata
from pathlib import Path

from kijun.catalog import pages
from kijun.catalog.difference import compare
from kijun.catalog.export_json import json_text
from kijun.catalog.export_oscal import export_oscal, export_oscal_profile, oscal_text
from kijun.catalog.export_xlsx import export_xlsx
from kijun.catalog.load import freeze, load, versions
from kijun.catalog.model import Catalog, Control, Principle, Risk, Topic
from kijun.catalog.own_controls import OwnSheet, preview, read_own_controls
from kijun.catalog.own_template import write_template
from kijun.catalog.sources import DATA, CatalogError, UnknownVersion
from kijun.catalog.tables import table
from kijun.catalog.validate import validate
from kijun.catalog.vocabulary import Role, Tier, label

OK, PROBLEMS, USAGE = 0, 1, 2


class UsageError(Exception):
    """What was asked for cannot be done; the message says what to do instead."""


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
    listing.add_argument("--tier", choices=tuple(Tier), help="only those that this tier requires")
    listing.add_argument("--role", choices=tuple(Role), help="only those of this role")
    listing.add_argument("--principle", metavar="N", help="only those of this principle, 1 to 10 or G")
    show = reader("show", "show one control, risk, topic or principle")
    show.add_argument("id", metavar="ID", help="for example P6.1.1, R6.1.1, 6.1 or 6")
    check = command("validate", "check the catalogue's files")
    check.add_argument(
        "--folder", type=Path, default=DATA, help="a folder of catalogue data other than our own"
    )
    export = reader("export", "write the catalogue in another format")
    export.add_argument("--format", choices=("json", "xlsx", "oscal"), default="json")
    export.add_argument(
        "--profile", metavar="TIER", choices=tuple(Tier), help="OSCAL: the profile of this tier"
    )
    export.add_argument(
        "--catalog-href", metavar="URL", default="catalog.json", help="OSCAL: what a profile imports"
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


def run(args: argparse.Namespace) -> int:
    """Carry out a parsed command; returns the exit code."""
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
    except (UsageError, UnknownVersion) as error:
        print(error, file=sys.stderr)
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
        raise UsageError(f"no principle {args.principle!r}; there are 1 to 10 and G")
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
        else ("番号", "役割", "段階", "頻度", "名称")
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
        hint = f"; did you mean {', '.join(near)}?" if near else "; `kijun catalog list` shows every control"
        raise UsageError(f"no {args.id!r} in the catalogue{hint}")
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
    if args.profile and args.format != "oscal":
        raise UsageError("--profile goes with --format oscal")
    if args.format == "xlsx" and args.output is None:
        raise UsageError("an Excel file is not text: say where to write it with --output FILE")
    catalog = _catalog(args)
    if args.format == "xlsx":
        with args.output.open("wb") as file:
            export_xlsx(catalog, file, args.lang)
        return OK
    if args.format == "json":
        text = json_text(catalog)
    elif args.profile:
        text = oscal_text(
            export_oscal_profile(catalog, args.profile, args.lang, catalog_href=args.catalog_href)
        )
    else:
        text = oscal_text(export_oscal(catalog, args.lang))
    if args.output is None:
        sys.stdout.write(text)
    else:
        args.output.write_text(text, encoding="utf-8")
    return OK


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
