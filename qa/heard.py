"""Who has been named so far in an article, so that "she said" and "its director" mean somebody."""

import re
from collections.abc import Mapping

from index.words import fold
from qa.reported import PRONOUNS, QUOTED, subject
from qa.roles import BODY, NOBODY
from qa.spans import names
from qa.subjects import Phrase, bare, is_person

# Sentences before that may name who goes on speaking, and whose speaker may still be "she".
LOOK_BACK, LAST_SPEAKER = 3, 30
_HEADING = re.compile(r"^(?:#.*|.{0,120}[^\s.!?:”\"’')])$", re.MULTILINE)
_BEFORE = re.compile(r"\b([^\W\d_a-zß-ÿ][a-zß-ÿ]+)\s$")
_HE = r"(?:Mr|Sir|Lord|King|Prince|Father|Brother|\w*(?<!wo)man|father|husband|brother|son|uncle)"
_SHE = (
    r"(?:Mrs|Ms|Miss|Dame|Lady|Queen|Princess|Sister|\w*woman|mother|wife|sister|daughter|widow|"
    r"aunt|grandmother|actress|midwife)"
)
_TITLES = frozenset(
    "dr mr mrs ms miss prof professor sir dame lord lady the a an councillor".split()
)


class Heard:
    """The people and bodies that the sentences of one article have named, the last ones first."""

    def __init__(self, text: str) -> None:
        self._known = people(text)
        self._seen = re.findall(r"[^\W\d_][\w’'-]*", text)
        # Of each sentence: who speaks, and who else is named, the subject first.
        self._sentences: list[tuple[str | None, list[str]]] = []
        self._bodies: list[str | None] = []
        self._sex: dict[str, str] = {}

    def hear(self, sentence: str, who: str | None, *, person: bool) -> None:
        """Take in a sentence and who says it, and whether that is a person."""
        plain = QUOTED.sub(" ", sentence)
        about = subject(sentence)
        named = [whole(bare(plain[s:e]), self._known) for s, e in names(plain)]
        named = list(dict.fromkeys(name for name in named if is_person(name)))
        first = about and whole(about.name, self._known)
        if first and is_person(first):
            named = [first, *(name for name in named if name != first)]
        for name in named:
            self._hint(plain, name)
        # "Sorne told the court that he": whoever speaks may speak of somebody before.
        others = {name for _, before in self._sentences[-LOOK_BACK:] for name in before}
        alone = len(named) == 1 and not (who in named and others - set(named))
        if alone and (found := re.search(r"\b(?:he|his|him|she|her|hers)\b", plain)):
            self._sex.setdefault(named[0], "he" if found[0][:2] in ("he", "hi") and
                                 found[0] not in ("her", "hers") else "she")  # fmt: skip
        speaks = who if who and (person or is_person(who)) else None
        self._sentences.append((speaks, named))
        body = who if who and not speaks else None
        if body is None and about and not about.person and about.name not in PRONOUNS:
            body = about.name
        self._bodies.append(body)

    def meant(self, pronoun: str) -> str | None:
        """Whom "he", "she", "they" or "it" means here; None where nobody fits."""
        if pronoun in ("they", "it"):
            recent = self._bodies[-LOOK_BACK:]
            return next((body for body in reversed(recent) if body), None)
        for back, (speaks, others) in enumerate(reversed(self._sentences[-LAST_SPEAKER:])):
            for name in ([speaks] if speaks else []) + (others if back < LOOK_BACK else []):
                if self._sex.get(name, pronoun) == pronoun:
                    self._sex[name] = pronoun
                    return name
        return None

    def subject(self) -> str | None:
        """The person whom the sentences just before are about, or whom they quote."""
        for speaks, others in reversed(self._sentences[-LOOK_BACK:]):
            if speaks or others:
                return speaks or others[0]
        return None

    def called(self, said: Phrase) -> str | None:
        """The name of whom a sentence names: pronouns and "its director" as what they mean."""
        if said.name in PRONOUNS:
            return self.meant(said.name)
        owner = re.match(r"(his|her|its|their|my|our)\s+", said.name, re.IGNORECASE)
        if owner:
            rest = said.name[owner.end() :]
            who = self.meant("he" if owner[1].lower() == "his" else "she")
            if owner[1].lower() in ("his", "her") and who:
                return f"{who}’s {rest}"
            return f"the {rest}" if owner[1].lower() in ("its", "their") else None
        role = re.fullmatch(
            r"the (?:(?!of\b|for\b|at\b|in\b|from\b|on\b)[a-zß-ÿ][\w’'-]* ){0,2}"
            r"([a-zß-ÿ][\w’'-]*)",
            said.name,
        )
        if role and not BODY.fullmatch(role[1]) and self._seen.count(role[1]) == 1:
            speaks, before = self._sentences[-1] if self._sentences else (None, [])
            # "Halvard is not surprised. “...”, the retired schoolteacher says."
            return speaks or (before[0] if before else said.name)
        return whole(said.name, self._known)

    def _hint(self, plain: str, name: str) -> None:
        last = re.escape(name.split()[-1])
        ahead = rf"\.?,?\s(?:\w+\s){{0,2}}?[^.,]{{0,20}}\b{last}\b"
        for sex, words in (("he", _HE), ("she", _SHE)):
            if re.search(rf"\b{words}{ahead}", plain):
                self._sex.setdefault(name, sex)


def people(text: str) -> dict[str, str]:
    """Last names with the first full name that the text gives them."""
    known: dict[str, str] = {}
    # A headline has no grammar ("Late Corrigan header"): what the sentences say goes before it.
    headings = [line.span() for line in _HEADING.finditer(text)]
    found = sorted(names(text), key=lambda n: any(s <= n[0] < e for s, e in headings))
    for start, end in found:
        # "Dr Neve Halloran of the Brannoch Field Station"
        name = bare(re.split(r"\s(?:of|the|and|&)\s", text[start:end])[0])
        if " " not in name and (before := _BEFORE.search(text, max(0, start - 30), start)):
            # A first name at the start of a sentence may be a common word: "Esther Valdane".
            name = name if before[1].lower() in NOBODY else f"{before[1]} {name}"
        if is_person(name) and (own := parts(name)):
            known.setdefault(own[-1].removesuffix("'s").removesuffix("’s"), name)
    return known


def whole(name: str, known: Mapping[str, str]) -> str:
    """A name as it was first given in full."""
    head = re.split(r"\s(?:of|from)\s", name)[0]
    if head != name and is_person(head):
        name = head  # "Ana Lindt of Torvik"
    own = parts(name)
    if len(own) == 1 and not name.lower().startswith(("the ", "a ", "an ")):
        return known.get(own[0], name)
    return name


def parts(name: str) -> list[str]:
    """A name's words without titles, folded."""
    return [
        part for part in re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", fold(name)) if part not in _TITLES
    ]
