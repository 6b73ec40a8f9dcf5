"""questions.jsonl: questions about a person's own articles, with the answers that are accepted.

A line is `{"question", "answers": [..], "article": source | null, "kind", "history": [question]}`;
`answers` is empty when the articles do not say. A line may also have `"without": source`: it is
asked as if that article were not in the library.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import QuestionError
from index.words import WORD
from qa.question import LONGEST

_MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the file, with the line that it stands in."""

    line: int
    question: str
    answers: tuple[str, ...]
    article: str | None = None
    kind: str = "other"
    history: tuple[str, ...] = ()
    without: str | None = None


def read_questions(path: Path) -> list[Item]:
    """The questions in the file at `path`.

    Raises:
        QuestionError: it cannot be read, or a line is no question; the message names the line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise QuestionError(
            f"{path}: cannot be read ({error.strerror}); give a file of questions"
        ) from error
    if len(content) > _MOST_BYTES:
        raise QuestionError(f"{path}: has more than {_MOST_BYTES // 1_000_000} MB; split it")
    items = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            try:
                items.append(_item(number, line))
            except QuestionError as error:
                raise QuestionError(f"{path}, line {number}: {error}") from error
    if not items:
        raise QuestionError(
            f"{path}: holds no question; `python -m qa evaluate --make {path}` drafts some"
        )
    return items


def _item(number: int, line: bytes) -> Item:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise QuestionError("is not UTF-8; save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise QuestionError(f"is no JSON ({error.msg} at column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError("is no JSON that can be read") from error
    if not isinstance(fields, dict):
        raise QuestionError('is no object: write {"question": …, "answers": […]}')
    for name in ("question", "answers"):
        if name not in fields:
            raise QuestionError(f"lacks {name!r}")
    answers = _texts(fields, "answers")
    if not all(map(str.strip, answers)):
        raise QuestionError("has a blank among 'answers'; [] says that the articles do not say")
    history = _texts(fields, "history")
    for text in (*history, _text(fields, "question")):
        if len(text) > LONGEST:
            raise QuestionError(f"has a question of more than {LONGEST:,} characters")
        if not WORD.search(text):
            raise QuestionError("has a question without words")
    item = Item(
        number,
        _text(fields, "question"),
        tuple(answers),
        _text_or_none(fields, "article"),
        _text_or_none(fields, "kind") or "other",
        tuple(history),
        _text_or_none(fields, "without"),
    )
    if item.without and item.without == item.article:
        raise QuestionError("is asked without the very article that is to answer it")
    return item


def _text(fields: dict[str, Any], name: str) -> str:
    if not isinstance(fields[name], str):
        raise QuestionError(f"{name!r} is no text")
    return str(fields[name])


def _text_or_none(fields: dict[str, Any], name: str) -> str | None:
    if fields.get(name) is None:
        return None
    return _text(fields, name) or None


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    values = fields.get(name)
    if values is None and name != "answers":
        return []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise QuestionError(f"{name!r} is no list of texts")
    return values
