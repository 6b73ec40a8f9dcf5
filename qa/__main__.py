"""`python -m qa`: ask, search, evaluate."""

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.errors import BylineError
from qa import evaluate
from qa.answer import THRESHOLD, Assistant
from qa.types import Answer, Citation

WIDTH = 92


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 answered or refused, 1 on failure."""
    from dotenv import find_dotenv, load_dotenv

    load_dotenv(find_dotenv(usecwd=True))
    args = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    command: Callable[[argparse.Namespace], None] = args.command
    try:
        command(args)
        sys.stdout.flush()
    except BylineError as error:
        if args.debug:
            raise
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read has left; nothing is to be said to anyone, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--store",
        type=Path,
        default=Path(os.environ.get("BYLINE_STORE") or "storage"),
        help="the library's folder (BYLINE_STORE, default: storage)",
    )
    common.add_argument(
        "--encoder",
        default=os.environ.get("BYLINE_ENCODER", ""),
        help="the encoder the library was built with (BYLINE_ENCODER)",
    )
    common.add_argument(
        "--reranker",
        metavar="NAME_OR_PATH",
        default=os.environ.get("BYLINE_RERANKER", ""),
        help="a cross-encoder that orders the passages found (BYLINE_RERANKER, default: none)",
    )
    common.add_argument("--json", action="store_true", help="print JSON")
    common.add_argument("--debug", action="store_true", help="show the trace of an error")
    parser = argparse.ArgumentParser(prog="python -m qa", description="Ask a library.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ask = commands.add_parser("ask", help="answer a question, or refuse", parents=[common])
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--from", dest="start", metavar="DATE", help="published on this day or later")
    ask.add_argument("--to", dest="end", metavar="DATE", help="published on this day or before")
    ask.add_argument("--outlet", metavar="NAME", help="published by this outlet")
    ask.add_argument("--author", metavar="NAME", help="written by this author")
    ask.add_argument("--article", metavar="ID", help="this article alone")
    ask.add_argument(
        "--as-of",
        metavar="DATE",
        help='the day that "last week" is counted from; nothing published later answers',
    )
    ask.add_argument(
        "--strictness",
        type=float,
        default=THRESHOLD,
        metavar="P",
        help=f"refuse where the confidence is below this, 0 to 1 (default: {THRESHOLD})",
    )
    ask.set_defaults(command=_ask)
    search = commands.add_parser("search", help="the passages nearest to a query", parents=[common])
    search.add_argument("query", metavar="QUERY")
    search.add_argument("-k", type=int, default=10, help="how many (default: 10)")
    search.set_defaults(command=_search)
    evaluate.register(commands, common)
    return parser


def _opened(args: argparse.Namespace) -> Assistant:
    return Assistant.open(args.store, encoder=args.encoder, reranker=args.reranker, once=True)


def _ask(args: argparse.Namespace) -> None:
    with _opened(args) as assistant:
        answer = assistant.ask(
            args.question,
            start=args.start,
            end=args.end,
            outlet=args.outlet,
            author=args.author,
            article=args.article,
            as_of=args.as_of,
            strictness=args.strictness,
        )
    if args.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False))
    else:
        print(_shown(answer))


def _shown(answer: Answer) -> str:
    """An answer for a terminal: the sentences, then where each stands."""
    blocks = [_wrapped(answer.text)]
    blocks.extend(
        _wrapped(f"[{citation.number}] {_byline(citation)}", indent="    ")
        for citation in answer.citations
    )
    return "\n\n".join(blocks)


def _byline(citation: Citation) -> str:
    page = f"page {citation.page}" if citation.page else None
    opinion = "opinion" if citation.opinion else None
    parts = (citation.title, citation.author, citation.outlet, citation.published, page, opinion)
    said = f", said by {citation.speaker}" if citation.speaker else ""
    return f"{', '.join(part for part in parts if part)} ({citation.source}){said}"


def _search(args: argparse.Namespace) -> None:
    with _opened(args) as assistant:
        hits = assistant.search(args.query, args.k)
    if args.json:
        print(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False))
        return
    for hit in hits:
        parts = (hit.article.title, hit.article.outlet, hit.article.published)
        print(f"{hit.rank}. {', '.join(part for part in parts if part)}  [{hit.score:.2f}]")
        print(
            _wrapped(textwrap.shorten(hit.passage.text, 300, placeholder=" …"), "   "), end="\n\n"
        )


def _wrapped(text: str, indent: str = "") -> str:
    first = "" if text.startswith("[") else indent
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=indent)


if __name__ == "__main__":
    sys.exit(main())
