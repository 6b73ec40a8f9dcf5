"""A question that names an article by its title -> the articles, and the question about "it".

The title may stand in quotation marks, whole, without what follows its colon, or a few words of it
in a row; without marks it has to be a whole title.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from index.words import WORD, fold, stem
from qa.question import is_function

Titles = Callable[[], Iterable[tuple[str, str]]]

_QUOTED = re.compile(
    r"“([^”“]+)”|\"([^\"]+)\"|„([^“”„]+)[“”]|«([^»«]+)»|»([^»«]+)«|‹([^›‹]+)›|「([^「」]+)」"
    r"|『([^『』]+)』|(?<!\w)‘((?:[^’]|’(?=\w))+)’|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)"
    r"|(?<!\w)`([^`]+)`|\*([^*]+)\*|(?<!\w)_([^_]+)_(?!\w)"
)
# Only such a question is worth a look at all titles.
_ASKS = re.compile(
    r"\b(?:wrote|written|authored|penned|filed|authors?|writers?|bylines?|publish\w*|publication|"
    r"ran|run|carried|printed|posted|appear|come out|updated|modified|edited|revised|date of|"
    r"behind|reported by|covered)\b",
    re.IGNORECASE,
)
# "Who wrote about X" wants the articles on X, not the one that is called X.
_ABOUT = re.compile(r"\b(?:about|on|covered|covering|reported|reports|of the)\s+$", re.IGNORECASE)
# Words of a title that are enough to name it where they are only a part of it, or stand unquoted.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Titled:
    """A question with "it" for the title that it names, and the ids of the articles so called.

    `sure` is whether it can hardly mean anything else than these articles.
    """

    text: str
    articles: tuple[str, ...]
    sure: bool


def by_title(text: str, titles: Titles) -> Titled | None:
    """The articles that a question names by their title; None when it names none."""
    if not _ASKS.search(text):
        return None
    quotes = [(found.span(), plain("".join(filter(None, found.groups())))) for found in
              _QUOTED.finditer(text)]  # fmt: skip
    return _quoted(text, quotes, titles) if quotes else _bare(text, titles)


def _quoted(text: str, quotes: list[tuple[tuple[int, int], str]], titles: Titles) -> Titled | None:
    known = [(each, title) for each, title in titles()]
    for (start, end), said in quotes:
        graded = [(_likeness(said, title), each) for each, title in known] if said else []
        best = max((likeness for likeness, _ in graded), default=0)
        if best:
            found = tuple(each for likeness, each in graded if likeness == best)
            return Titled(_with_it(text, start, end), found, said.count(" ") + 1 >= ENOUGH)
    return None


def _likeness(said: str, title: str) -> int:
    """3 for the whole title, 2 for its first part, 1 for enough of its words in a row, else 0."""
    whole = plain(title)
    if whole == said:
        return 3
    if said in map(plain, _parts(title)):
        return 2
    return int(said.count(" ") + 1 >= ENOUGH and f" {said} " in f" {whole} ")


def _bare(text: str, titles: Titles) -> Titled | None:
    """The longest whole title that the words of the question hold."""
    asked = [(m.start(), m.end(), fold(m.group())) for m in WORD.finditer(text)]
    said = {word for *_, word in asked}
    best: tuple[int, int, int] | None = None
    found: list[str] = []
    for each, title in titles():
        for part in _parts(title):
            first = WORD.search(part)
            if not first or fold(first.group()) not in said:
                continue
            wanted = plain(part).split()
            place = _place(asked, wanted, text, part)
            if place is None or _ABOUT.search(text[: place[0]]):
                continue
            if best is None or len(wanted) > best[0]:
                best, found = (len(wanted), *place), []
            if len(wanted) == best[0]:
                found.append(each)
    if best is None:
        return None
    return Titled(_with_it(text, best[1], best[2]), tuple(dict.fromkeys(found)), best[0] > ENOUGH)


def _place(
    asked: list[tuple[int, int, str]], wanted: list[str], text: str, title: str
) -> tuple[int, int] | None:
    """Where the words of a title stand in a row; a short one as it is written, with a capital."""
    if not wanted or all(is_function(stem(word)) for word in wanted):
        return None
    for at in range(len(asked) - len(wanted) + 1):
        if [word for *_, word in asked[at : at + len(wanted)]] == wanted:
            start, end = asked[at][0], asked[at + len(wanted) - 1][1]
            as_written = title.strip() == text[start:end] and text[start].isupper()
            if len(wanted) >= ENOUGH or (as_written and at > 0 and len(wanted) > 1):
                return start, end
    return None


def _parts(title: str) -> Iterator[str]:
    """A title whole, then what stands before its colon or dash, where that says enough."""
    yield title
    main = re.split(r":\s| [-–—|] ", title, maxsplit=1)[0]
    if main != title and len(WORD.findall(main)) >= ENOUGH:
        yield main


def _with_it(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start]} it {text[end:]}".split()).replace(" ?", "?")


def plain(text: str) -> str:
    """The words of `text` without case, diacritics and punctuation."""
    return " ".join(WORD.findall(fold(text)))
