"""``kijun ledger``: verify, export and keep the records of AI use."""

from __future__ import annotations

import argparse
import datetime
import getpass
import json
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from kijun.cli.ledger_given import check_certificates, check_folder, check_key, text_of
from kijun.ledger.model import JAPAN, LedgerError
from kijun.sites import environ

Run = Callable[[argparse.Namespace], int]


def day(text: str) -> int:
    """The first millisecond of a day in Japan."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: write a day as 2026-11-23") from error
    return int(datetime.datetime.combine(found, datetime.time(), JAPAN).timestamp() * 1000)


def place(text: str) -> int:
    """An entry's place in the tree: 0 for the first."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:  # a database's integers end at 19 digits
        raise argparse.ArgumentTypeError(f"{text!r}: a place is a whole number, 0 for the first entry")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    commands = parser.add_subparsers(metavar="ACTION", required=True)

    def command(name: str, run: Run, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(ledger=run)
        made.add_argument("--json", action="store_true", help="print JSON")
        return made

    _for_verify(
        command(
            "verify",
            verify,
            "compute everything anew and name what was changed, removed, reordered or inserted",
        )
    )
    command("head", head, "print the newest signed checkpoint and the verifier key")
    command("checkpoint", checkpoint, "sign what the ledger is now")
    one = command("export", export, "write records for an auditor, with a verifier that needs no Kijun")
    one.set_defaults(fail=one.error)
    _for_export(one)
    one = command("prove", prove, "prove that an entry stands in the signed tree")
    one.add_argument("seq", type=place, metavar="PLACE", help="the entry's place in the tree")
    one = command("maintain", maintain, "seal fresh records and join small segments; erase with --erase")
    one.add_argument("--force", action="store_true", help="seal everything now")
    one.add_argument("--erase", action="store_true", help="also erase what is past its retention")
    one.add_argument(
        "--holds",
        action="store_true",
        help="also put the list of holds right, as the ledger's entries tell it",
    )
    one = command(
        "bring", bring, "bring sealed files to where KIJUN_LEDGER_FILES says now, from where they lay before"
    )
    one.add_argument(
        "origin", metavar="FROM", help="folder for the data folder, or the KIJUN_LEDGER_FILES of before"
    )
    _for_escrow(command("escrow", escrow, "keep the root key elsewhere, or put it back"))
    command("status", status, "tell how much is recorded, sealed and waiting")


def _for_verify(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--checkpoints",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="checkpoints kept elsewhere: a file or a folder",
    )
    one.add_argument("--key", type=Path, metavar="FILE", help="the verifier key that was kept elsewhere")
    one.add_argument(
        "--timestamp-root",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="certificate (PEM) that timestamps have to lead to",
    )


def _for_export(one: argparse.ArgumentParser) -> None:
    one.add_argument("folder", type=Path, metavar="FOLDER", help="an empty folder, or one to be made")
    one.add_argument(
        "--as",
        dest="acting",
        required=True,
        metavar="NUMBER",
        help="staff number of the person in whose name this is done; their rights hold",
    )
    one.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; stands in the ledger and in the trail"
    )
    one.add_argument(
        "--municipality", metavar="CODE", help="whose (six digits); default: the only municipality"
    )
    one.add_argument("--since", type=day, metavar="DAY", help="first day, as 2026-11-01")
    one.add_argument("--until", type=day, metavar="DAY", help="last day")
    one.add_argument(
        "--format",
        action="append",
        choices=("jsonl", "csv", "parquet"),
        default=["jsonl"],
        help="also as CSV or Parquet",
    )


def _for_escrow(one: argparse.ArgumentParser) -> None:
    one.add_argument("what", choices=("export", "restore"), help="write the escrow file, or read it")
    one.add_argument("file", type=Path, metavar="FILE", help="the escrow file")
    one.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="where the passphrase stands; asked for without it",
    )


def run(args: argparse.Namespace) -> int:
    """Run the sub-command; faults that a person can mend are told in words."""
    from kijun.ledger.database import FAULTS
    from kijun.ledger.notes import BadNote

    action: Run = args.ledger
    try:
        return action(args)
    except LedgerError as error:
        told = f"{error.ja}\n{error.en}"
    except BadNote as error:
        told = f"検証鍵を読めません / The verifier key cannot be read: {error}"
    except BrokenPipeError:  # nobody reads what we print, which is not the ledger's fault
        raise
    except FAULTS as error:
        told = f"台帳を読み書きできません / The ledger cannot be read or written: {error}"
    print(f"kijun: {told}", file=sys.stderr)
    return 1


HOME_LEDGER: Final = "ledger"


def opened() -> Any:
    """The ledger of this installation."""
    from kijun.ledger.ledger import Ledger

    return Ledger(environ.home() / HOME_LEDGER, environ.text("DATABASE_URL"), environ.ledger_files())


def elsewhere() -> tuple[Path, ...]:
    """Where checkpoints are handed out to."""
    return environ.folders("KIJUN_CHECKPOINT_FOLDER")


def show(args: argparse.Namespace, told: Any, lines: list[str]) -> None:
    """Print for a program or for a person."""
    print(json.dumps(told, ensure_ascii=False, indent=1) if args.json else "\n".join(lines))


def verify(args: argparse.Namespace) -> int:
    """Exit status 1 on any fault."""
    from kijun.ledger.checking import verify as check

    if args.key is not None:
        check_key(args.key)
    for root in args.timestamp_root:
        check_certificates(root)
    with opened() as ledger:
        report = check(ledger, args.checkpoints, args.key, roots=args.timestamp_root)
    told = {**asdict(report), "holds": report.holds}
    lines = [
        f"記録 / entries          {report.entries:,}",
        f"消去済み / erased       {report.erased:,}",
        f"木 / leaves             {report.size:,}  {report.root}",
        f"検査点 / checkpoints    {report.checkpoints:,}（別保管 / kept elsewhere {report.kept_elsewhere:,}、時刻印 / stamped {report.stamps:,}）",
        f"時間 / seconds          {report.seconds:.1f}",
    ]
    for fault in report.faults:
        place = "" if fault.seq is None else f" {fault.seq:,}"
        lines.append(f"異常 / FAULT  {fault.kind}{place} {fault.id} {fault.what}")
    if report.more_faults:
        lines.append(f"ほか / and {report.more_faults:,} more")
    lines.append(
        "すべて一致しました。 / Everything holds." if report.holds else "異常があります。 / There are faults."
    )
    show(args, told, lines)
    return 0 if report.holds else 1


def head(args: argparse.Namespace) -> int:
    """The newest checkpoint, to be kept elsewhere."""
    with opened() as ledger:
        newest = ledger.newest_checkpoint()
        key = ledger.verifier().vkey if newest is not None else ""
    if newest is None:
        print("まだ記録がありません。 / Nothing was recorded yet.", file=sys.stderr)
        return 1
    size, at, note, stamp = newest
    show(args, {"size": size, "at": at, "note": note, "key": key, "stamped": stamp is not None}, [note, key])
    return 0


def checkpoint(args: argparse.Namespace) -> int:
    """Sign now."""
    from kijun.ledger.appending import appender

    with opened() as ledger, appender(environ.home(), ledger, elsewhere()) as to:
        note = to.checkpoint()
    show(args, {"note": note}, [note])
    return 0


def export(args: argparse.Namespace) -> int:
    """Entries of one municipality for an auditor, in a person's name and for a reason, as every look at records."""
    from kijun.cli.main import set_up_django

    if args.since is not None and args.until is not None and args.since > args.until:
        args.fail("--until: it has to be the day of --since, or a later one; nothing was written")
    check_folder(args.folder)
    set_up_django()
    from kijun.governance.interactions.commands import carry_out, exports

    args.carry_out = exports.export
    return carry_out(args, "docs/ledger.md")


def prove(args: argparse.Namespace) -> int:
    """An inclusion proof (RFC 9162)."""
    with opened() as ledger:
        proof = ledger.prove(args.seq)
    if proof is None:
        print(
            "この番号の記録は、まだ署名されていません。 / No signed tree holds that place yet.",
            file=sys.stderr,
        )
        return 1
    print(json.dumps(asdict(proof), ensure_ascii=False, indent=1))
    return 0


def maintain(args: argparse.Namespace) -> int:
    """What the jobs do, now."""
    from kijun.ledger.appending import appender
    from kijun.ledger.maintenance import maintain as work

    with opened() as ledger, appender(environ.home(), ledger, elsewhere()) as to:
        done = work(ledger, to.append, force=args.force, erase=args.erase, holds=args.holds)
    erased = sum(one.entries for one in done.erased)
    waits = "消去は次の夜を待ちます。時計が正しいか確かめてください。 / Erasing waits for the next night: see that the clock is right."
    owed = (
        "廃棄した鍵が、データベースのログやページに残っているかもしれません。長く読んでいる処理（バックアップなど）が終わると、次の実行で消します。"
        " / Destroyed keys may still lie in the database's log or pages: they go with the next run after what reads there (a back-up) has ended."
    )
    show(
        args,
        asdict(done),
        [
            "ほかの処理が動いています。 / Another run is under way."
            if done.busy
            else f"封入 / sealed {done.sealed:,}  統合 / joined {done.joined:,}  消去 / erased {erased:,}"
            + (f"  保全の訂正 / holds put right {done.holds:,}" if args.holds else "")
            + (f"\n{waits}" if done.waits else "")
            + (f"\n{owed}" if done.owed else "")
        ],
    )
    return 0


def bring(args: argparse.Namespace) -> int:
    """Sealed files come along."""
    from kijun.ledger.bringing import bring as work

    with opened() as ledger:
        brought, place = work(ledger, "" if args.origin == "folder" else args.origin), ledger.store.place
    show(
        args,
        {"brought": brought, "place": place},
        [
            f"{brought:,}個のファイルを {place} に写しました。kijun ledger verify で確かめてから、元のファイルを消してください。",
            f"{brought:,} files are in {place} now. Run kijun ledger verify, then delete the old ones.",
        ],
    )
    return 0


def escrow(args: argparse.Namespace) -> int:
    """Export the root key under a passphrase, or restore it."""
    from kijun.ledger.checkpoints import put_back_names
    from kijun.ledger.database import connect
    from kijun.ledger.files import private_folder, write_whole
    from kijun.ledger.keeping import put_back
    from kijun.ledger.keys import RootKey

    if args.passphrase_file:
        passphrase = text_of(args.passphrase_file).strip("\r\n")
    else:
        passphrase = _asked_passphrase(twice=args.what == "export")
    if args.what == "export":
        with opened() as ledger:
            text, fingerprint = ledger.keys.escrow(passphrase), ledger.keys.fingerprint
        write_whole(args.file.resolve(), text.encode())
        lines = [
            f"鍵 {fingerprint} を {args.file} に書き出しました。別の場所に保管してください。",
            f"The key {fingerprint} is in {args.file}; keep it elsewhere.",
        ]
    else:
        key = RootKey.from_escrow(text_of(args.file), passphrase)
        folder, fingerprint = private_folder(environ.home() / HOME_LEDGER), key.fingerprint
        with closing(connect(folder, environ.text("DATABASE_URL"))) as database:
            put_back(folder, database, key)
            put_back_names(folder, database)
        lines = [f"鍵 {fingerprint} を戻しました。 / The key {fingerprint} is back."]
    show(args, {"fingerprint": fingerprint, "file": str(args.file)}, lines)
    return 0


def _asked_passphrase(*, twice: bool) -> str:
    """What is typed. A slip in an export's would be noticed only when the key is lost, so at a terminal it is typed twice."""
    try:
        passphrase = getpass.getpass("合言葉 / passphrase: ")
        differs = twice and sys.stdin.isatty() and getpass.getpass("もう一度 / again: ") != passphrase
    except EOFError as error:
        raise LedgerError(
            "合言葉を入力できる端末がありません。合言葉を書いたファイルを --passphrase-file で指定してください。",
            "There is no terminal to ask for the passphrase. Name the file that holds it with --passphrase-file.",
        ) from error
    if differs:
        raise LedgerError(
            "2回の合言葉が違います。何も書き出していません。もう一度実行してください。",
            "The two passphrases differ. Nothing was written: try again.",
        )
    return passphrase


def status(args: argparse.Namespace) -> int:
    """How much there is."""
    with opened() as ledger:
        told = ledger.status()
    show(args, told, [f"{name:22}{value}" for name, value in told.items()])
    return 0
