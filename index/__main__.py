"""`python -m index`: sync, list, show, remove, status."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.article import METADATA_FIELDS, Article
from corpus.errors import BylineError
from index.catalogue import Catalogue
from index.encoder import load_encoder
from index.report import Progress, SyncReport
from index.schema import escaped
from index.sync import sync
from index.writer import Writer


class _Bar(Progress):
    """A bar on stderr: articles done of all, articles a second, passages embedded."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._bar: Any = None
        self._passages = 0

    def start(self, files: int) -> None:
        from tqdm import tqdm

        # disable=None: no bar where stderr is not a terminal.
        self._bar = tqdm(total=files, unit=" articles", disable=None, file=sys.stderr)

    def embedded(self, passages: int) -> None:
        self._passages += passages
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._passages} passages embedded")

    def committed(self, source: str) -> None:
        if not self._as_json:
            return
        try:
            print(json.dumps({"committed": source}), flush=True)
        except BrokenPipeError:
            # Nobody listens any more; the articles are still wanted.
            self._as_json = False
            _discard_stdout()

    def done(self) -> None:
        if self._bar is not None:
            self._bar.update()

    def stage(self, name: str) -> None:
        self.close()
        if sys.stderr.isatty():
            print(f"making the {name} …", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


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
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was committed is in the library, sync again for the rest",
              file=sys.stderr)  # fmt: skip
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read has left; nothing is to be said to anyone, not even at exit.
        _discard_stdout()
        return 0


def _discard_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or files; "
                     "without, those of earlier syncs")  # fmt: skip
    one.add_argument("--dry-run", action="store_true", help="tell what would be done, do nothing")
    one.add_argument("--yes", action="store_true", help="remove even more than half of a folder")
    one.add_argument(
        "--encoder",
        default=os.environ.get("BYLINE_ENCODER", ""),
        help="name or path of a sentence-transformers model (BYLINE_ENCODER)",
    )
    one = add("list", _list, "List the articles.")
    one.add_argument("--failed", action="store_true", help="list the files that are not in")
    one = add("show", _show, "Show one article.")
    one.add_argument("id", metavar="ID", help="id or its beginning")
    one = add("remove", _remove, "Remove one article; it stays out until its file changes.")
    one.add_argument("id", metavar="ID", help="id or its beginning")
    add("status", _status, "Tell what the library holds.")
    return parser


def _sync(args: argparse.Namespace) -> int:
    from index import onnx

    onnx.fallback = args.store / "encoder"
    bar = _Bar(args.json)
    try:
        report = sync(
            args.store,
            args.paths,
            load_encoder(args.encoder),
            dry_run=args.dry_run,
            yes=args.yes,
            progress=bar,
        )
    finally:
        bar.close()
    if args.json:
        print(json.dumps(report.to_dict()))
    else:
        for source, reason in report.failed:
            print(f"failed: {escaped(source)}: {escaped(reason)}", file=sys.stderr)
        print(_in_words(report, args.dry_run))
    return 1 if report.failed else 0


def _in_words(report: SyncReport, dry_run: bool) -> str:
    counts = [
        f"{count} {what}"
        for count, what in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
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
        print(json.dumps([_public(article, text=False) for article in articles]))
    for article in [] if args.json else articles:
        date = (article.published or "undated")[:10]
        print(f"{article.id}  {date:10}  {escaped(article.title)}  "
              f"({escaped(article.outlet or 'no outlet')}; {escaped(article.source)})")  # fmt: skip
    return 0


def _show(args: argparse.Namespace) -> int:
    with Catalogue.browse(args.store) as catalogue:
        article = catalogue.article(catalogue.resolve(args.id))
    if args.json:
        print(json.dumps(_public(article, text=True)))
        return 0
    print(f"{'id':10} {article.id}\n{'source':10} {escaped(article.source)}\n"
          f"{'root':10} {escaped(article.root)}")  # fmt: skip
    for name in METADATA_FIELDS:
        value = getattr(article, name)
        origin = article.provenance.get(name)
        where = f"  [{escaped(origin)}]" if origin else ""
        print(f"{name:10} {escaped(value or 'unknown')}{where}")
    print(f"\n{article.text}")
    return 0


def _public(article: Article, *, text: bool) -> dict[str, Any]:
    fields = asdict(article)
    del fields["pages"], fields["section"]
    if not text:
        del fields["text"]
    provenance = fields.pop("provenance")
    return {"article_id": article.id, **fields, "provenance": provenance, "also_in": [],
            "earlier": []}  # fmt: skip


def _remove(args: argparse.Namespace) -> int:
    with Catalogue.browse(args.store) as catalogue:
        article = catalogue.article(catalogue.resolve(args.id))
    with Writer.open(args.store) as writer:
        writer.remove_article(article.id)
    if args.json:
        print(json.dumps({"removed": article.id}))
    else:
        print(f"Removed {article.id} ({escaped(article.title)}). Its file was not touched; the "
              "article stays out until the file changes.")  # fmt: skip
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
