"""`python -m index`: sync, list, show, edit, remove, status, doctor, backup, restore."""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Container, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.article import METADATA_FIELDS, Article
from corpus.errors import BylineError
from index.bar import Bar, discard_stdout
from index.catalogue import Catalogue
from index.commands import register
from index.edits import edit
from index.encoder import DEFAULT, Encoder, encoder_of, kept, load_encoder, stored_name
from index.plan import Still
from index.report import SyncReport
from index.roots import is_site
from index.schema import escaped
from index.show import relations
from index.sync import sync
from index.watch import follow
from index.writer import Writer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    from dotenv import find_dotenv, load_dotenv

    load_dotenv(find_dotenv(usecwd=True))
    args = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    command: Callable[[argparse.Namespace], int] = args.command
    try:
        status = command(args)
        sys.stdout.flush()
        return status
    except BylineError as error:
        if args.debug:
            raise
        _print_error(args, error)
        return 1
    except KeyboardInterrupt:
        rest = "sync again for the rest" if command is _sync else "run it again for the rest"
        print(f"stopped; what was committed is in the library, {rest}", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read has left; nothing is to be said to anyone, not even at exit.
        discard_stdout()
        return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--store",
        type=Path,
        default=Path(os.environ.get("BYLINE_STORE") or "storage"),
        help="the library's folder (BYLINE_STORE, default: storage)",
    )
    common.add_argument("--json", action="store_true", help="print JSON")
    common.add_argument("--debug", action="store_true", help="show the trace of an error")
    parser = argparse.ArgumentParser(prog="python -m index", description="Keep a library.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[common])
        sub.set_defaults(command=command)
        return sub

    one = add("sync", _sync, "Bring the library up to date with files.")
    one.add_argument("paths", nargs="*", metavar="PATH", help="folders, files, or the "
                     "address of a page or a feed; none: the paths of earlier syncs")  # fmt: skip
    one.add_argument("--dry-run", action="store_true", help="tell what would be done, do nothing")
    one.add_argument("--yes", action="store_true", help="remove even more than half of a folder")
    one.add_argument("--watch", action="store_true", help="go on after each change until Ctrl-C")
    one.set_defaults(refuse=one.error)
    one.add_argument(
        "--encoder",
        default=os.environ.get("BYLINE_ENCODER", ""),
        help="name or path of a sentence-transformers model (BYLINE_ENCODER); another than the "
        "library's embeds it anew (default: the library's own)",
    )
    one = add("list", _list, "List the articles.")
    one.add_argument("--failed", action="store_true", help="list the files that are not in")
    one = add("show", _show, "Show one article.")
    one.add_argument("id", metavar="ID", help="id or its beginning")
    one = add("edit", _edit, "Correct an article's byline in the library; its file stays as it is.")
    one.add_argument("id", metavar="ID", help="id or its beginning")
    for name in METADATA_FIELDS:
        one.add_argument(f"--{name}", metavar="TEXT", help=f"what its {name} is")
    one.add_argument("--clear", action="append", default=[], choices=METADATA_FIELDS[1:],
                     metavar="FIELD", help="that it has none; may be repeated")  # fmt: skip
    one.add_argument("--undo", action="store_true", help="first take back all earlier edits")
    one.add_argument("--encoder", default=os.environ.get("BYLINE_ENCODER", ""), help="as for sync")
    one.set_defaults(refuse=one.error)
    register(add)
    add("status", _status, "Tell what the library holds.")
    return parser


def _sync(args: argparse.Namespace) -> int:
    from index import onnx

    onnx.fallback = args.store / "encoder"
    encoder = _encoder(args)
    if not args.watch:
        return 1 if _round(args, encoder).failed else 0
    paths = [Path(path) for path in args.paths if not is_site(path.lower())]
    if args.dry_run or (args.paths and not paths):
        args.refuse("--watch follows folders and files, and does what it tells")
    told: set[tuple[str, str]] = set()

    def once(still: Still) -> None:
        told.update(_round(args, encoder, still, told).failed)
        # Pages are fetched when they are named, not whenever a file changes.
        args.paths = [str(path) for path in paths]

    follow(args.store, paths, once, lambda error: _print_error(args, error))
    return 0


def _round(
    args: argparse.Namespace,
    encoder: Encoder,
    still: Still | None = None,
    told: Container[tuple[str, str]] = (),
) -> SyncReport:
    """One sync, with what it tells; failures that were `told` are not told again."""
    bar = Bar(args.json)
    try:
        report = sync(
            args.store,
            [Path(path) for path in args.paths if not is_site(path.lower())],
            encoder,
            urls=[path for path in args.paths if is_site(path.lower())],
            dry_run=args.dry_run,
            yes=args.yes,
            still=still,
            progress=bar,
        )
    finally:
        bar.close()
    if args.json:
        print(json.dumps(report.to_dict()), flush=True)
        return report
    for source, reason in report.failed:
        if (source, reason) not in told:
            print(f"failed: {escaped(source)}: {escaped(reason)}", file=sys.stderr)
    print(_in_words(report, args.dry_run), flush=True)
    return report


def _print_error(args: argparse.Namespace, error: Exception) -> None:
    if args.debug:
        traceback.print_exception(error)
    print(f"error: {escaped(str(error))}", file=sys.stderr, flush=True)


def _encoder(args: argparse.Namespace) -> Encoder:
    """The encoder that is named, else the library's own, else the default."""
    own = stored_name(kept(args.store))
    if own and not args.encoder:
        print(f"note: the library keeps its encoder {escaped(own)}; `--encoder {DEFAULT}` embeds "
              "it anew with the default one", file=sys.stderr)  # fmt: skip
    return load_encoder(args.encoder or own)


def _in_words(report: SyncReport, dry_run: bool) -> str:
    counts = [
        f"{count} {what}"
        for count, what in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
            (report.reembedded, "embedded anew"),
            (len(report.failed), "failed"),
        )
        if count
    ]
    start = "Would be: " if dry_run else "Articles: "
    return start + ", ".join(counts) if counts else "No articles found."


def _list(args: argparse.Namespace) -> int:
    with Catalogue.browse(args.store) as catalogue:
        if args.failed:
            failures = catalogue.failures()
            if args.json:
                print(json.dumps(failures))
            for failure in [] if args.json else failures:
                print(f"{escaped(failure['source'])}: {escaped(failure['reason'])} "
                      f"(since {failure['since']})")  # fmt: skip
            return 0
        articles = catalogue.bylines(limit=-1)
        if args.json:
            print(json.dumps([_public(catalogue, each, text=False) for each in articles]))
    for article in [] if args.json else articles:
        date = (article.published or "undated")[:10]
        print(f"{article.id}  {date:10}  {escaped(article.title)}  "
              f"({escaped(article.outlet or 'no outlet')}; {escaped(article.source)})")  # fmt: skip
    return 0


def _show(args: argparse.Namespace) -> int:
    with Catalogue.browse(args.store) as catalogue:
        article = catalogue.article(catalogue.resolve(args.id))
        public = _public(catalogue, article, text=True)
        related = [] if args.json else list(relations(catalogue, article))
    if args.json:
        print(json.dumps(public))
        return 0
    print(f"{'id':10} {article.id}\n{'source':10} {escaped(article.source)}\n"
          f"{'root':10} {escaped(article.root)}")  # fmt: skip
    _print_byline(article)
    if related:
        print("", *related, sep="\n")
    print(f"\n{article.text}")
    return 0


def _print_byline(article: Article) -> None:
    for name in METADATA_FIELDS:
        value = getattr(article, name)
        origin = article.provenance.get(name)
        where = f"  [{escaped(origin)}]" if origin else ""
        print(f"{name:10} {escaped(value or 'unknown')}{where}")


def _public(catalogue: Catalogue, article: Article, *, text: bool) -> dict[str, Any]:
    fields = asdict(article)
    del fields["pages"], fields["section"]
    if not text:
        del fields["text"]
    provenance = fields.pop("provenance")
    return {"article_id": article.id, **fields, "provenance": provenance,
            "also_in": catalogue.also_in(article.id),
            "earlier": catalogue.earlier(article.id)}  # fmt: skip


def _edit(args: argparse.Namespace) -> int:
    given = {name: getattr(args, name) for name in METADATA_FIELDS}
    changes: dict[str, str | None] = {k: v for k, v in given.items() if v is not None}
    if not (changes or args.clear or args.undo):
        args.refuse("give what to change, such as --title TEXT, or --undo")
    if twice := set(args.clear) & set(changes):
        args.refuse(f"--clear {min(twice)} and --{min(twice)} cannot go together")
    changes |= dict.fromkeys(args.clear)
    with Catalogue.browse(args.store) as catalogue:
        article_id = catalogue.resolve(args.id)
    with Writer.open(args.store) as writer:
        encoder = encoder_of(args.store, args.encoder)
        article = edit(writer, article_id, changes, encoder, undo=args.undo)
    if args.json:
        with Catalogue.browse(args.store) as catalogue:
            print(json.dumps(_public(catalogue, article, text=False)))
        return 0
    print(f"Edited {article.id}; later syncs keep this, and its file is as it was.")
    _print_byline(article)
    return 0


def _status(args: argparse.Namespace) -> int:
    with Catalogue.browse(args.store) as catalogue:
        status = catalogue.status()
    if args.json:
        print(json.dumps(status))
        return 0
    for name, value in status.items():
        shown = ", ".join(map(escaped, value)) if isinstance(value, list) else value
        print(f"{name.replace('_', ' '):15} {'none' if shown in (None, '') else shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
