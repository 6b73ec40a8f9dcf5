"""The forms in which an English sentence names who says it: "said Brough", "according to ...".

What a sentence says by itself; `qa.speech` follows a speaker over several. A verb of saying is
looked for outside of what is quoted, and then its subject, before it or behind it (`qa.subjects`).
"""

import re
from collections.abc import Sequence

from qa.roles import NOBODY, PREPOSITIONS
from qa.subjects import Phrase, Word, bare, phrase, speaks, split
from qa.verbs import (
    AFTER_ELSE,
    ALSO_ELSE,
    BETWEEN,
    HUMAN,
    INVERTED,
    NOT_CALLED,
    PASSIVE,
    SAID_OF,
    SAY,
    SURELY,
    UNSAID,
)

NAME = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Dame|Lord|Lady|St|Rev|Capt|Sgt|Gen|Col|Sen|Rep|Gov)\.?\s{1,3})?"
    r"[^\W\d_a-zß-ÿ][\w’'.-]{0,30}(?:\s{1,3}(?:(?:de|da|di|del|della|der|den|van|von|bin|ibn|al|el|la|le|"
    r"dos|du|ter|ten|y|of|the)\s{1,3}){0,2}[^\W\d_a-zß-ÿ][\w’'.-]{0,30}){0,6}"
)
_VERB = re.compile(rf"\b{SAY}\b")
SAID = re.compile(rf"[“”\"«»]|\b{SAY}\b")
_BY = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|views|opinion|eyes) of|[Qq]uoted|citing)\s"
)
_BY_PASSIVE = re.compile(
    r"(?:\b(?:was|were|been|being|is|are|and)|,)\s(?:\w+\s)?(?:described|called|denounced|praised|dismissed|hailed|labelled|condemned|seen|criticised|"
    r"criticized|welcomed|rejected|ridiculed|mocked|likened|compared|branded|dubbed|backed|"
    r"opposed|contradicted|confirmed|denied|announced)\b[^.,]{0,120}?\bby\s(?!\d)"
)
# A line of an interview: "Verhage: An empty tower dies."
_LABEL = re.compile(rf"^\W{{0,3}}(?P<who>{NAME})\W{{0,2}}:\s")
PRONOUNS = frozenset({"he", "she", "they", "it"})
OPENING, CLOSING = "“«„", "”»"
QUOTED = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»]")
# Single marks quote where they enclose words; an apostrophe does not.
_SINGLE = re.compile(r"(?<!\w)[‘'][^‘’'\n]{2,300}[,.!?]?[’'](?!\w)")
_UNTOLD = re.compile(
    r"to (?:comment|say|answer|speak|talk|discuss|give|elaborate|confirm|deny|name|reveal|disclose|"
    r"explain|predict|be (?:named|interviewed|drawn))\b"
)
# What is quoted is speech where it is more than a title or a single word.
_SPOKEN_WORDS = 3


def named(sentence: str) -> Phrase | None:
    """The speaker that a sentence itself names, a pronoun as it is; None where it names nobody."""
    label = _LABEL.match(sentence)
    if label and label["who"].lower() not in NOBODY and len(label["who"].split()) <= 4:
        return Phrase(bare(label["who"]), True, 0)
    plain = _without_quotes(sentence)
    if not (_VERB.search(plain) or _BY.search(plain) or "“" in plain or ":" in plain):
        return None
    tokens = split(plain)
    for found in (
        _by(plain, tokens),
        _behind(tokens),
        _before(tokens),
        _quoting(sentence, tokens),
    ):
        if found and found.name.lower() not in NOBODY:
            return found
    return None


def subject(sentence: str) -> Phrase | None:
    """Whom a sentence is about: the first person, or body that can speak, it does not quote."""
    return _first(split(_without_quotes(sentence)), 0)


def _without_quotes(sentence: str) -> str:
    """A sentence with blanks for what it quotes, between “ and ”."""
    blank = re.sub(QUOTED, lambda found: f"“{' ' * (len(found[0]) - 2)}”", sentence)
    blank = re.sub(_SINGLE, lambda found: f"“{' ' * (len(found[0]) - 2)}”", blank)
    # A quotation that goes on from the sentence before, or into the next one.
    opened = max(blank.rfind(mark) for mark in '“«„"')
    closed = max(blank.rfind(mark) for mark in '”»"')
    if opened >= 0 and (opened > closed or (blank.count('"') == 1 and opened == blank.find('"'))):
        closes = blank[opened] == '"' and not blank[opened + 1 : opened + 2].isalnum()
        if closes and blank[:opened].strip():
            return f"{' ' * opened}”{blank[opened + 1 :]}"
        return f"{blank[:opened]}“{' ' * (len(blank) - opened - 1)}"
    first = min((at for mark in "”»" if (at := blank.find(mark)) >= 0), default=-1)
    if first >= 0 and not any(mark in blank[:first] for mark in "“«„"):
        return f"{' ' * first}”{blank[first + 1 :]}"
    return blank


def _by(plain: str, tokens: Sequence[Word]) -> Phrase | None:
    """Who is named behind "according to", or behind "by" after "described"."""
    for form in (_BY, _BY_PASSIVE):
        for found in form.finditer(plain):
            at = next((n for n, token in enumerate(tokens) if token.start >= found.end()), None)
            who = phrase(tokens, at) if at is not None else None
            if who and (form is _BY or speaks(who)):
                return who
    return None


def _verbs(tokens: Sequence[Word]) -> list[int]:
    """The words that are verbs of saying here."""
    verbs = []
    for at, token in enumerate(tokens):
        if not _VERB.fullmatch(token.text):
            continue
        after = tokens[at + 1].text if at + 1 < len(tokens) else "."
        if token.text in ("pointed", "points") and after == "to":
            pass
        elif token.text in ALSO_ELSE and after not in AFTER_ELSE:
            # "the council ruled on Monday that"
            ahead = [word.text for word in tokens[at + 1 : at + 6]]
            if "that" not in ahead and "“" not in ahead:
                continue
        if token.text in ("called", "calls", "calling") and after in NOT_CALLED:
            continue
        rest = " ".join(word.text for word in tokens[at + 1 : at + 4])
        before = tokens[at - 1].text if at else ""
        if token.text in UNSAID and before != "not" and not before.endswith(("n't", "n’t")):
            continue
        if token.text.startswith("decline") and not _UNTOLD.match(rest):
            continue
        if token.text.startswith("regard") and "as" not in [t.text for t in tokens[at : at + 8]]:
            continue
        if token.text == "told" and re.match(r"\w+ (?:story|tale|joke|truth|lie)\b", rest):
            continue
        if token.text.startswith("dismiss") and not re.match(SAID_OF, rest):
            continue
        verbs.append(at)
    # "The board did not reply; its director conceded": who says something before who does not.
    return [at for at in verbs if tokens[at].text not in UNSAID] or verbs


def _behind(tokens: Sequence[Word]) -> Phrase | None:
    """The subject behind the verb: “...”, said Brough."""
    for at in reversed(_verbs(tokens)):
        before = tokens[at - 1].text if at else ""
        if before not in ("”", ",", "—", "–", "") or not tokens[at].text[0].islower():
            continue
        found = phrase(tokens, at + 1)
        if found is None:
            continue
        if before in ("”", ""):
            return found
        # "They had taken 50 hours, said the mayor." and not "Bell, the mayor, told the council."
        ends = all(token.text in ".”" for token in tokens[found.end :])
        if tokens[at].text in INVERTED and (ends or found.person) and speaks(found):
            quoted = any(token.text == "”" for token in tokens[:at])
            if ends or quoted or tokens[found.end].text in (",", ";", "who", "in", "on", "after"):
                return found
    return None


def _before(tokens: Sequence[Word]) -> Phrase | None:
    """The subject before the verb: Brough, the union's general secretary, has said."""
    late = None
    verbs = _verbs(tokens)
    for at in reversed(verbs[1:]):
        # "The grid has blamed nobody, the minister said on Wednesday": the last one tells it all.
        first, found = _standing(tokens, at) if tokens[at].text in INVERTED else (0, None)
        told = tokens[at + 1].text if at + 1 < len(tokens) else "."
        if found and speaks(found) and first and tokens[first - 1].text in (",", "”"):
            if told not in ("that", "“", ":", "he", "she", "it", "they"):
                return found
    for at in verbs:
        last = at
        while last and (
            tokens[last - 1].text.lower().replace("’", "'") in BETWEEN
            or re.fullmatch("[a-z]+ly", tokens[last - 1].text)
        ):
            last -= 1
        before = tokens[last - 1].text.lower() if last else ""
        if not last or before in PASSIVE or before == "to":
            continue
        if before in ("and", "but", "or") or (tokens[at].text.endswith("ing") and before == ","):
            found = _first(tokens[:last], _clause(tokens, last))
        elif before in ("who", "which", "that"):
            relative = _subject(tokens, last - 1 - (tokens[last - 2].text == ","))
            late = late or relative
            continue
        else:
            found = _subject(tokens, last)
        if found and tokens[at].text in HUMAN and not (found.person or found.name in PRONOUNS):
            continue
        if found and (
            found.name in PRONOUNS or tokens[at].text in SURELY or speaks(found)
            or not found.name.islower()
        ):  # fmt: skip
            return found
    return late if late and speaks(late) else None


def _clause(tokens: Sequence[Word], end: int) -> int:
    """Where the clause begins that ends before word `end`."""
    for at in range(end - 1, -1, -1):
        if tokens[at].text in (";", ":", "—", "”"):
            return at + 1
    return 0


def _subject(tokens: Sequence[Word], end: int) -> Phrase | None:
    """Who stands before word `end` with nothing but asides between."""
    return _standing(tokens, end)[1]


def _standing(tokens: Sequence[Word], end: int) -> tuple[int, Phrase | None]:
    """Where a subject before word `end` begins, and who it is."""
    best: tuple[int, int, Phrase] | None = None
    for start in range(_clause(tokens, end), end):
        before = tokens[start - 1] if start else None
        opens = (
            before is None or before.mark or before.text.lower() in _OPENS or before.text == "As"
        )
        if not opens and tokens[start].text not in ("he", "she"):
            continue
        found = phrase(tokens, start, end)
        if found and found.name in PRONOUNS and before and before.text in (":", ";", "—", "and"):
            # "His colleague Ama Serwaa is careful: she said"
            found = next((p for p in [_first(tokens[: start - 1], 0)] if p and p.person), found)
            found = Phrase(found.name, found.person, start + 1)
        if found is None or not _only_asides(tokens[found.end : end]):
            continue
        worth = 2 * found.person + speaks(found)
        # "The dam, the mayor said, was safe": of those that cannot speak the nearest.
        if best is None or worth > best[0] or (worth == best[0] == 0):
            best = worth, start, found
    return (best[1], best[2]) if best else (0, None)


_OPENS = frozenset(
    "and but or that when while as because if although though whereas since after before where "
    "so yet then whether what how why meanwhile which whom".split()
)


def _only_asides(tokens: Sequence[Word]) -> bool:
    """Whether words are asides between commas or brackets: ", the union's secretary,"."""
    if not tokens:
        return True
    first, last = tokens[0].text, tokens[-1].text
    if (first, last) == ("(", ")"):
        return True
    return len(tokens) > 1 and first == last == "," and not any(t.text in "“”;:" for t in tokens)


def _first(tokens: Sequence[Word], start: int) -> Phrase | None:
    """The first from word `start` on who can speak, and is not only named behind a preposition."""
    for at in range(start, min(len(tokens), start + 30)):
        before = tokens[at - 1].text.lower() if at else ""
        if before in PREPOSITIONS or (at and not tokens[at - 1].mark and before not in _OPENS):
            continue
        found = phrase(tokens, at)
        if found and (speaks(found) or found.name in PRONOUNS):
            return found
    return None


def _quoting(sentence: str, tokens: Sequence[Word]) -> Phrase | None:
    """Who is quoted without a verb of saying: Brough disagreed: “...”; he wanted “a new start”."""
    for at, token in enumerate(tokens):
        # “...,” Brough threw in.
        if token.text == "”" and sentence[token.start - 1 : token.start] in (",", "?", "!"):
            behind = phrase(tokens, at + 1)
            if behind and (behind.person or behind.name in PRONOUNS):
                return behind
    for found in QUOTED.finditer(sentence):
        words = re.findall(r"[^\W\d_][\w’'-]*", found[0])
        if len(words) < _SPOKEN_WORDS or all(word[0].isupper() for word in words):
            continue
        before = [token for token in tokens if token.end <= found.start()]
        if before:
            return _first(before, _clause(before, len(before) - (before[-1].text == ":")))
    return None
