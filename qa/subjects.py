"""Who is named at a place of a sentence: people and bodies, whatever describes them.

"The quarry's manager, Fraser Gunn" is Fraser Gunn, "a study by the University of Wirrow" the
University of Wirrow. A scan over words, for English; no parser stands behind it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.roles import (
    BODIES,
    DETERMINERS,
    MADE,
    NOBODY,
    PARTICLES,
    RANKS,
    STOPS,
    THINGS,
    TRADE,
)

_TOKEN = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|Prof|St|Rev|Capt|Sgt|Gen|Col|Sen|Rep|Gov|Jr|Sr|[A-Z])\.(?=\s)"
    r"|\d[\d,.]*\d|[^\W_]+(?:[-'’.&][^\W_]+)*(?:(?<=s)['’](?=\s\w))?|[^\w\s]"
)
# A noun phrase is looked at so far.
_LONGEST = 7


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark of a sentence with its offsets."""

    text: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isalpha() and not self.text[0].islower()

    @property
    def mark(self) -> bool:
        """Whether it is punctuation."""
        return not self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Who a run of words names: `name`, whether by a name of a person, and the first word after."""

    name: str
    person: bool
    end: int


def split(sentence: str) -> list[Word]:
    """The words and marks of a sentence."""
    return [Word(found[0], *found.span()) for found in _TOKEN.finditer(sentence)]


def phrase(
    tokens: Sequence[Word], at: int, limit: int | None = None, deep: int = 0
) -> Phrase | None:
    """Who is named from word `at` on: a name, or what kind of person or body; None for no such.

    `limit` is the word before which it has to end.
    """
    tokens = tokens if limit is None else tokens[:limit]
    lowered = tokens[at].text.lower() if at < len(tokens) else ""
    if lowered in ("he", "she", "they", "it"):
        return Phrase(lowered, False, at + 1)
    end = _run(tokens, at, limited=limit is not None, counted=deep > 0)
    if end is None:
        return None
    words = [token.text for token in tokens[at:end]]
    name, person = _called(words, initial=at == 0)
    made = bool(MADE.fullmatch(words[-1]))
    of_another = False
    # "the mayor of Torvik", "police in Dunmarrow", "a study by the University of Wirrow"
    while deep < 2 and end < len(tokens) and tokens[end].text in (
        "of", "for", "at", "in", "from", "on", "by"
    ):  # fmt: skip
        if tokens[end].text == "by" and not made:
            break
        inner = phrase(tokens, end + 1, None, deep + 1)
        if inner is None or inner.name in ("he", "she", "they", "it"):
            break
        if tokens[end].text == "by":
            name, person = inner.name, inner.person
        elif not person and not _capitals(words[-1:]):
            # "a spokesman for the minister, Dilys Corran": the name is the minister's.
            of_another = tokens[end].text == "for" and " " in inner.name and not inner.person
            of_another = of_another and inner.name.islower()
            name = " ".join((name, *(token.text for token in tokens[end : inner.end])))
        elif words[0].lower() == "the" and tokens[end].text == "of":  # "the Bank of Torvik"
            name = " ".join((name, *(token.text for token in tokens[end : inner.end])))
        end = inner.end
    if not person and end + 1 < len(tokens) and tokens[end].text == ",":
        beside = _name_beside(tokens, end + 1, body=speaks(Phrase(name, False, end)))
        if beside and deep == 0 and not of_another:
            return beside
    return Phrase(name, person, end)


def speaks(found: Phrase) -> bool:
    """Whether a phrase is of somebody who can speak, as far as its words tell."""
    head = re.split(r"\s(?:of|for|at|in|from|on)\s", found.name)[0].split()[-1]
    return found.person or bool(BODIES.fullmatch(head))


def _run(tokens: Sequence[Word], at: int, *, limited: bool, counted: bool) -> int | None:
    """The end of the run of words that may be one noun phrase; None where none begins."""
    end = at
    named = False
    while end < len(tokens) and end - at < _LONGEST + 2:
        word = tokens[end]
        lowered = word.text.lower()
        if word.mark or (word.text[0].isdigit() and not (counted and end == at)):
            break
        if word.capital:
            if lowered in NOBODY and not (lowered in DETERMINERS and end == at):
                break
            named = named or lowered not in DETERMINERS
        elif lowered in PARTICLES and named and end + 1 < len(tokens) and tokens[end + 1].capital:
            pass
        elif lowered in STOPS or (lowered in DETERMINERS and end > at):
            break
        elif named and not BODIES.fullmatch(word.text) and not _leads(tokens, end, limited):
            break
        end += 1
    only_article = end == at + 1 and tokens[at].text.lower() in DETERMINERS
    return None if end == at or only_article else end


def _leads(tokens: Sequence[Word], at: int, names: bool) -> bool:
    """Whether a name goes on in lower case: "Calder county council", "Bell's lawyer".

    With `names` also where it leads to a name ("Sandwick crofter Ann Bell").
    """
    if tokens[at - 1].text.endswith(("'s", "’s", "s'", "s’")):
        return True
    for word in tokens[at + 1 : at + 3]:
        if word.mark or word.text.lower() in STOPS:
            return False
        if BODIES.fullmatch(word.text) or (names and word.capital):
            return True
    return False


def _called(words: Sequence[str], *, initial: bool) -> tuple[str, bool]:
    """How a run of words is called, and whether that is a person's name."""
    lead = len(words)
    while lead and (words[lead - 1][0].isupper() or words[lead - 1] in PARTICLES):
        lead -= 1
    last = list(words[lead:])
    article = bool(last) and last[0].lower() in DETERMINERS and not lead
    if last and not article:
        name = bare(" ".join(last), initial=initial and not lead)
        person = is_person(name) or (len(name.split()) == 1 and not _thing(name))
        alone = [word.lower() for word in words[:lead]] == ["the"]
        return (f"the {name}" if alone and not person else name), person
    if article and len(last) > 1:
        name = bare(" ".join(last[1:]), initial=False)
        ranked = name != " ".join(last[1:]) and is_person(name)
        return (name, True) if ranked else (" ".join((last[0].lower(), *last[1:])), False)
    first = words[0].lower() if words[0].lower() in DETERMINERS else words[0]
    return " ".join((first, *words[1:])), False


def _thing(name: str) -> bool:
    return bool(BODIES.fullmatch(name)) or name.lower() in THINGS | NOBODY


def _name_beside(tokens: Sequence[Word], at: int, *, body: bool) -> Phrase | None:
    """The name that stands in apposition from word `at` on: ", Fraser Gunn, said"."""
    end = at
    while end < len(tokens) and (
        (tokens[end].capital and tokens[end].text.lower() not in NOBODY)
        or (end > at and tokens[end].text in PARTICLES)
    ):
        end += 1
    name = bare(" ".join(token.text for token in tokens[at:end]))
    if end > at and end < len(tokens) and tokens[end].text in ("of", "from", "at"):
        inner = phrase(tokens, end + 1, None, 1)  # ", Lionel Quaife of the Garden Party,"
        end = inner.end if inner else end
    stopped = end == len(tokens) or tokens[end].text in (",", ".", ";", ":", "(", "“", "”", "—",
                                                         "–", "who", "said", "says")  # fmt: skip
    if end == at or not stopped or not (is_person(name) or body):
        return None
    if end < len(tokens) and tokens[end].text == ",":
        end += 1  # the comma behind it belongs to it
    return Phrase(name, is_person(name), end)


def is_person(name: str) -> bool:
    """Whether a name looks like a person's: two to five words, none of them of a place or body."""
    parts = [part.lower() for part in re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", name))]
    return (
        2 <= len(parts) <= 5
        and " " in name
        and not any(part in NOBODY or part in THINGS for part in parts)
        and not re.search(r"\d", name)
    )


def _capitals(words: Sequence[str]) -> bool:
    return all(word[0].isupper() for word in words)


def bare(name: str, *, initial: bool = True) -> str:
    """A name without a title, a possessive and what the sentence put in front of it."""
    name = re.sub(r"(?:’s|'s)$", "", name.strip(" ,.;:"))
    parts = name.split()
    while parts and parts[0].lower().strip(".,") in NOBODY - {"the", "a", "an"} and len(parts) > 1:
        parts = parts[1:]
    rest = list(parts)
    while len(rest) > 1 and rest[0].lower().strip(".") in RANKS:
        rest = rest[1:]
    if initial and len(rest) > 2 and TRADE.fullmatch(rest[0]) and is_person(" ".join(rest[1:])):
        rest = rest[1:]  # "Miller Gus Tranter"
    # "Governor Brekke", but "Union Bank" and "Health Secretary" are no names behind a rank.
    if rest and rest[-1].lower() not in THINGS | RANKS:
        parts = rest
    if parts and parts[0] in ("The", "A", "An") and len(parts) > 1:
        parts[0] = parts[0].lower()
    return " ".join(parts)
