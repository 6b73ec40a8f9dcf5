"""Questions over news articles: answered right, refused right.

    python -m benchmarks.news [FOLDER ...]

Each folder holds articles and their questions.jsonl; it is synced into a store of its own. Without
a folder: the sample, `news-tune` (what constants were tuned on) and `news-check` (what they never
were). An answerable question counts as right when an accepted answer stands in the first sentence
and comes from the right article (or from one that tells it in the same words); an unanswerable one
when it is refused.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.encoder import Encoder, load_encoder
from index.sync import sync
from qa import Answer, Assistant, Turn

HERE = Path(__file__).parent
FOLDERS = (HERE.parent / "corpus" / "sample", HERE / "news-tune", HERE / "news-check")


@dataclass(frozen=True)
class Outcome:
    """One question, what came back, and whether that was right."""

    question: dict[str, Any]
    answer: Answer
    right: bool
    same_article: bool


def main() -> None:
    """Print a table for each folder, and every miss with `--misses`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=FOLDERS)
    parser.add_argument("--misses", action="store_true", help="show what went wrong")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    results = {}
    for folder in args.folders:
        outcomes = list(ask_all(folder))
        results[folder.name] = table(outcomes)
        if not args.json:
            show(folder.name, results[folder.name])
            for outcome in outcomes if args.misses else ():
                show_miss(outcome)
    if args.json:
        print(json.dumps(results))


def ask_all(folder: Path, encoder: str = "") -> Iterator[Outcome]:
    """Sync a folder into a fresh store and ask its questions."""
    with tempfile.TemporaryDirectory() as store:
        loaded = load_encoder(encoder)
        sync(Path(store), [folder], loaded)
        with Assistant.open(store, encoder=loaded, once=True) as assistant:
            for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
                question = json.loads(line)
                history: list[Turn] = []
                for earlier in question["history"]:
                    history.append(Turn(earlier, assistant.ask(earlier, history)))
                yield judged(question, assistant.ask(question["question"], history))


def judged(question: dict[str, Any], answer: Answer) -> Outcome:
    """Whether an answer is right for a line of questions.jsonl."""
    if not question["answers"]:
        return Outcome(question, answer, answer.refused, True)
    if answer.refused:
        return Outcome(question, answer, False, False)
    first = answer.sentences[0].text
    right = any(plain(accepted) in plain(first) for accepted in question["answers"])
    return Outcome(question, answer, right, answer.citations[0].source == question["article"])


def asked_alone(folder: Path, encoder: Encoder) -> Iterator[tuple[Assistant, dict[str, Any]]]:
    """The questions of a folder that stand alone and are not about the byline, with whom to ask."""
    with tempfile.TemporaryDirectory() as store:
        sync(Path(store), [folder], encoder)
        with Assistant.open(store, encoder=encoder, once=True) as assistant:
            for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
                item = json.loads(line)
                if item["kind"] not in ("byline", "follow_up"):
                    yield assistant, item


def plain(text: str) -> str:
    """`text` as it is compared: lower case, straight quotes, single spaces."""
    for curly, straight in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(curly, straight)
    return " ".join(text.lower().split())


def table(outcomes: list[Outcome]) -> dict[str, Any]:
    """Shares of the answerable and the unanswerable, over all and by kind."""
    answerable = [o for o in outcomes if o.question["answers"]]
    unanswerable = [o for o in outcomes if not o.question["answers"]]
    kinds: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.question["kind"]].append(outcome.right)
    return {
        "answerable": len(answerable),
        "answered_right": share([o.right for o in answerable]),
        "answered_wrong": share([not o.right and not o.answer.refused for o in answerable]),
        "right_article": share([o.same_article for o in answerable if not o.answer.refused]),
        "unanswerable": len(unanswerable),
        "refused_right": share([o.right for o in unanswerable]),
        "by_kind": {kind: [sum(right), len(right)] for kind, right in sorted(kinds.items())},
    }


def share(values: list[bool]) -> float:
    """The mean of truth values, 0 for none."""
    return round(sum(values) / len(values), 3) if values else 0.0


def show(name: str, result: dict[str, Any]) -> None:
    """Print one folder's table."""
    print(
        f"{name}: {result['answerable']} answerable: {result['answered_right']:.3f} right, "
        f"{result['answered_wrong']:.3f} wrong, first article right {result['right_article']:.3f}; "
        f"{result['unanswerable']} unanswerable: {result['refused_right']:.3f} refused"
    )
    print("  " + ", ".join(f"{kind} {a}/{n}" for kind, (a, n) in result["by_kind"].items()))


def show_miss(outcome: Outcome) -> None:
    """Print a question that went wrong with what came back."""
    if not outcome.right:
        print(f"  {outcome.question['kind']}: {outcome.question['question']}")
        print(f"      accepted {outcome.question['answers']}, got: {outcome.answer.text[:300]}")


if __name__ == "__main__":
    main()
