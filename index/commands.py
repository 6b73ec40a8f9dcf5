"""The commands that look after the store as a whole: remove, doctor, backup, restore."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from corpus.errors import LibraryError
from index import onnx
from index.backup import Contents, backup, restore
from index.bar import Bar
from index.catalogue import Catalogue
from index.doctor import doctor
from index.encoder import load_encoder
from index.purge import purge
from index.schema import escaped
from index.writer import Writer

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def register(add: Add) -> None:
    """Add the commands to the parser."""
    one = add("remove", _remove, "Remove one article; it stays out until its file changes.")
    one.add_argument("id", metavar="ID", nargs="?", help="id or its beginning")
    one.add_argument("--now", action="store_true", help="leave nothing of it in any file of the "
                     "store; without ID, of all that was removed before")  # fmt: skip
    one.set_defaults(refuse=one.error)
    one = add("doctor", _doctor, "Check everything, and repair what can be derived.")
    one.add_argument("--encoder", default=os.environ.get("BYLINE_ENCODER", ""), help="as for sync")
    one = add("backup", _backup, "Write the library into one file, also while it is used.")
    one.add_argument("file", metavar="FILE", type=Path, help="where to")
    one.add_argument("--yes", action="store_true", help="replace a file that is there")
    one = add("restore", _restore, "Make a library from a backup.")
    one.add_argument("file", metavar="FILE", type=Path, help="what backup has written")
    one.add_argument("--yes", action="store_true", help="replace the library that is there")


def _remove(args: argparse.Namespace) -> int:
    if args.id is None and not args.now:
        args.refuse("give the ID of an article, or --now to wipe what was removed before")
    article, identity = None, None
    if args.id is not None:
        with Catalogue.browse(args.store) as catalogue:
            try:
                article = catalogue.article(identity := catalogue.resolve(args.id))
            except LibraryError:
                # It may be out already and not wiped, as where a run before this was stopped.
                identity = catalogue.removed(args.id) if args.now else None
                if identity is None:
                    raise
    with Writer.open(args.store) as writer:
        if article:
            writer.remove_article(article.id, edits=args.now)
        if args.now:
            purge(args.store, writer.connection)
    if args.json:
        print(json.dumps({"removed": identity, "wiped": args.now}))
        return 0
    if identity is None:
        print("Nothing is left of what was removed in any file of the store.")
        return 0
    name = f"{identity} ({escaped(article.title)})" if article else identity
    left = "nothing of it is left in any file of the store. " if args.now else ""
    print(f"Removed {name}{'; ' if left else '. '}{left}"
          "Its file was not touched; the article stays out until the file changes.")  # fmt: skip
    return 0


def _doctor(args: argparse.Namespace) -> int:
    onnx.fallback = args.store / "encoder"
    bar = _Examination(as_json=True)
    try:
        found = doctor(args.store, lambda name: load_encoder(args.encoder or name), bar)
    finally:
        bar.close()
    if args.json:
        print(json.dumps(asdict(found)))
        return 1 if found.damaged else 0
    if found.checked:
        print("Checked:", ", ".join(f"{n} {what}" for what, n in found.checked.items()))
    for line in found.repaired:
        print(f"Repaired: {escaped(line)}")
    for line in found.left:
        print(f"Left: {escaped(line)}")
    for line in found.damaged:
        print(f"error: {escaped(line)}", file=sys.stderr)
    if not (found.repaired or found.damaged or found.left):
        print("All is well.")
    return 1 if found.damaged else 0


def _backup(args: argparse.Namespace) -> int:
    contents = backup(args.store, args.file, replace=args.yes, stage=_stage)
    return _told(args, f"Backed up into {escaped(args.file)}", contents)


def _restore(args: argparse.Namespace) -> int:
    contents = restore(args.file, args.store, replace=args.yes, stage=_stage)
    return _told(args, f"Restored into {escaped(args.store)}, as of {contents.made}", contents)


def _told(args: argparse.Namespace, what: str, contents: Contents) -> int:
    if args.json:
        print(json.dumps(asdict(contents)))
    else:
        print(f"{what}: {contents.articles} articles, {contents.passages} passages.")
    return 0


class _Examination(Bar):
    """The bar of an examination."""

    def stage(self, name: str) -> None:
        """Say what is looked at now."""
        self.close()
        _stage(name)


def _stage(name: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{name} …\n")
