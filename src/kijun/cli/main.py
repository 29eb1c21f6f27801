"""The tree of commands.

A command is a module with ``add_arguments(parser)`` and ``run(args) -> int``. Only the module of
the command that was asked for is imported, so that ``kijun --help`` answers at once.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol, TextIO, cast


class Module(Protocol):
    """What the module of a command offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


@dataclass(frozen=True)
class Command:
    """Where a command lives. ``help`` stands here to be read without importing the module."""

    module: str
    help: str
    django: bool = True

    def load(self) -> Module:
        """Import the module; Django is set up first where the command needs it."""
        if self.django:
            set_up_django()
        return cast(Module, import_module(self.module))


COMMANDS: Final[dict[str, Command]] = {
    "serve": Command("kijun.cli.serve", "start Kijun: web, jobs and AI gateway, supervised", django=False),
    "gateway": Command("kijun.cli.gateway", "start the AI gateway without the web", django=False),
    "migrate": Command("kijun.cli.migrate", "bring the database to this version's form"),
    "catalog": Command(
        "kijun.catalog.commands", "read, check and export the guideline as data", django=False
    ),
    "inspect": Command(
        "kijun.inspection.commands", "find personal, secret and hostile content in texts", django=False
    ),
    "ledger": Command("kijun.cli.ledger", "verify, export and keep the records of AI use", django=False),
    "audit": Command("kijun.governance.audit.commands", "verify the audit trail and print its heads"),
    "setup-link": Command(
        "kijun.governance.accounts.commands.setup_link", "print a one-time link that registers a municipality"
    ),
    "recover": Command(
        "kijun.governance.accounts.commands.recover",
        "print a one-time link by which a person sets a new password",
    ),
    "access": Command("kijun.governance.access.commands", "who may use which AI for what"),
    "records": Command(
        "kijun.governance.interactions.commands", "read records of AI use, holds, access reports, imports"
    ),
    "feedback": Command(
        "kijun.governance.feedback.commands", "reports on answers, and what vendors are asked to mend"
    ),
    "reviews": Command("kijun.governance.reviews.commands", "what people decided about answers, and labels"),
    "approvals": Command(
        "kijun.governance.reviews.deciding", "what waits for a decision: list, show, decide"
    ),
    "chat": Command("kijun.governance.chat.commands", "a person's conversations: list, export, erase"),
    "documents": Command(
        "kijun.governance.chat.documents.commands", "reference documents: register, remove, index, search"
    ),
    "incidents": Command("kijun.governance.incidents.commands", "list, show and report incidents"),
    "evidence": Command("kijun.governance.evidence.commands", "gather automatic evidence"),
    "sample": Command("kijun.sites.sample.commands", "load or remove the sample town みちしるべ市"),
    "version": Command("kijun.cli.version", "print the version", django=False),
}
MANAGE_HELP: Final = "Django's own commands (kijun manage help)"


def set_up_django() -> None:
    """Make models and settings importable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kijun.sites.settings")
    import django

    django.setup()


def build_parser(*loaded: str) -> argparse.ArgumentParser:
    """The parser; the commands named in ``loaded`` come with their options, the others by name only."""
    parser = argparse.ArgumentParser(
        prog="kijun",
        description="AI governance for Japanese local governments.",
        epilog="'kijun COMMAND --help' tells a command's options. Data lives in KIJUN_HOME.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        child = commands.add_parser(name, help=command.help, description=command.help)
        if name in loaded:
            module = command.load()
            module.add_arguments(child)
            child.set_defaults(run=module.run)
    commands.add_parser("manage", help=MANAGE_HELP, description=MANAGE_HELP, add_help=False)
    return parser


def manage(argv: Sequence[str]) -> int:
    """Hand over to Django, which parses for itself and exits on errors."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kijun.sites.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kijun manage", *argv])
    return 0


def dispatch(argv: Sequence[str]) -> int:
    """Find the command, then parse and run it."""
    if argv[:1] == ["--version"]:
        argv = ["version"]
    if argv[:1] == ["manage"]:
        return manage(argv[1:])
    asked = next((word for word in argv if not word.startswith("-")), "")
    if asked == "help" or not argv:
        build_parser().print_help()
        return 0 if asked else 2
    args = build_parser(asked).parse_args(argv)
    run: Callable[[argparse.Namespace], int] = args.run
    return run(args)


def why_no_data(error: Exception) -> str:
    """Words for the two ways in which a command finds no data: nothing was prepared there, or no database answers."""
    if "django" not in sys.modules:
        return ""
    from django.conf import settings
    from django.db import OperationalError, ProgrammingError, connection

    if not isinstance(error, (OperationalError, ProgrammingError)):
        return ""
    from kijun.cli.migrate import is_migrated

    try:
        connection.ensure_connection()
        ready = is_migrated()
    except OperationalError:  # no database answers
        ready = True
    if ready:  # a wrong question to a sound database is a fault of ours and keeps its traceback
        return (
            f"データベースを使えません / The database cannot be used: {error}"
            if isinstance(error, OperationalError)
            else ""
        )
    return (
        f"データフォルダー {settings.HOME} のデータベースは、まだ準備されていません。場所が違うときは KIJUN_HOME で指定してください。\n"
        f"The database of the data folder {settings.HOME} is not prepared yet: name the right folder with KIJUN_HOME, "
        "or prepare this one with 'kijun migrate'."
    )


class Noted(io.TextIOBase):
    """A stream that notes what goes through it: whether there was anything, and with ``keep`` what."""

    def __init__(self, stream: TextIO, *, keep: bool = False) -> None:
        self._stream, self._keep = stream, keep
        self.used, self.text = False, ""

    def write(self, text: str) -> int:
        self.used = True
        if self._keep:
            self.text += text
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    @property
    def buffer(self) -> Any:
        """For those who write bytes."""
        self.used = True
        return self._stream.buffer

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # nobody sets it
        return self._stream.encoding


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 done, 1 failed, 2 wrongly called).

    With ``--json`` a program reads standard output: where a command fails and printed nothing there, it prints an object with the ``error`` as it
    was told on standard error, and the ``exit`` code.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if "--json" not in words or words[:1] == ["manage"]:
        return _run(words)
    said, printed = Noted(sys.stderr, keep=True), Noted(sys.stdout)
    try:
        with redirect_stderr(said), redirect_stdout(printed):
            code = _run(words)
    except SystemExit as stopped:  # argparse: wrongly called, or --help
        if stopped.code and not printed.used:
            _tell_failed(said.text, stopped.code)
        raise
    except Exception as error:
        if not printed.used:
            _tell_failed(f"{type(error).__name__}: {error}", 1)
        raise
    if code and not printed.used:
        _tell_failed(said.text, code)
    return code


def _tell_failed(said: str, code: object) -> None:
    words = said.strip().removeprefix("kijun: ")
    with suppress(BrokenPipeError):
        print(json.dumps({"error": words, "exit": code}, ensure_ascii=False), flush=True)


def _run(words: Sequence[str]) -> int:
    from kijun.sites.environ import SettingError

    try:
        return dispatch(words)
    except SettingError as error:
        print(f"kijun: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as with `kijun … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        explained = why_no_data(error)
        if not explained:
            raise
        print(f"kijun: {explained}", file=sys.stderr)
        return 1
