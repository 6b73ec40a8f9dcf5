"""Who says a sentence: reported speech, its speaker by name, and what the speaker is asked about.

An article quotes and reports ("...", said Brough; according to the union); what it reports is the
speaker's and not the article's. A name is completed from its first mention, a pronoun or a bare
quotation takes the speaker of the sentence before. Rules for English; where none applies, nobody
is named.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from index.sentences import sentences
from index.words import fold
from qa.reported import CLOSING, NAME, NOBODY, OPENING, PRONOUNS, QUOTED, SAY, THINGS, bare, named
from qa.spans import names

# Sentences before that may name who goes on speaking, and whose speaker may still be "she".
LOOK_BACK, LAST_SPEAKER = 3, 30

# Characters of a text from which on, and of how wide a part, speakers are looked for in parts.
LONG, WINDOW = 8_000, 2_000

_ASKED = (
    re.compile(
        rf"\b(?:[Ww]hat|[Hh]ow|[Ww]hy|[Ww]hen|[Ww]here|[Ww]hich)\b.{{0,60}}?\b(?:did|does|do|has|have|had)\s+"
        rf"(?:the\s+)?(?P<who>{NAME})\s+(?:\w+ly\s+)?(?:say|said|think|thought|describe|"
        rf"described|call|"
        r"called|claim|claimed|argue|argued|tell|told|warn|warned|explain|explained|believe|"
        r"believed|"
        r"promise|promised|predict|compare|compared|respond|react|comment|announce|announced|"
        r"suggest|"
        r"deny|denied|admit|admitted|write|written|feel|accuse|blame|praise|criticise|criticize|demand|expect|fear|hope|propose|"
        r"recommend|ask for|make of|want)\b"
    ),
    re.compile(
        r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion) of)\s+(?:the\s+)?"
        rf"(?P<who>{NAME})"
    ),
    re.compile(rf"\b[Ww]hat (?:is|was|are) (?P<who>{NAME})[’']s? (?:view|opinion|position|stance|"
               r"reaction|response|words|explanation|argument|comment|verdict)"),
    re.compile(rf"\b(?P<who>{NAME}) (?:said|says|claims|claimed|argues|argued|thinks|believes) "
               r"(?:what|that|about)\b"),
)  # fmt: skip


_BEFORE = re.compile(r"\b([^\W\d_a-zß-ÿ][a-zß-ÿ]+)\s$")


def asked_speaker(question: str) -> str | None:
    """Whose words a question asks for ("What did Brough say about sleep?"); None for nobody's."""
    for form in _ASKED:
        found = form.search(question)
        if found and found["who"].lower() not in NOBODY:
            return bare(found["who"])
    return None


def asks_who_said(question: str) -> bool:
    """Whether a question asks for a speaker ("Who called the strike a hammer?")."""
    return bool(
        re.search(rf"\b(?:who(?:se)?|which \w+)\b.{{0,30}}?\b{SAY}\b", question, re.IGNORECASE)
        or re.search(r"\bwho(?:se)?\b.{0,30}\b(?:quoted|words)\b", question, re.IGNORECASE)
    )


def same_person(one: str, other: str) -> bool:
    """Whether two names may be one person's: the last names agree and no first names differ."""
    first, second = _parts(one), _parts(other)
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 1:
        return shorter[0] in (longer[-1], longer[0])
    return set(shorter) <= set(longer) or (
        shorter[-1] == longer[-1] and shorter[0][0] == longer[0][0]
    )


def speaker(text: str, start: int, end: int) -> str | None:
    """Who says `text[start:end]`, a sentence of this article's text, by full name; None: nobody."""
    if len(text) > LONG:
        # Of a long text only what stands around is read, from the same few places.
        about = max(0, start // WINDOW - 1) * WINDOW
        first = max(about - WINDOW // 4, text.rfind("\n", 0, about) + 1)
        text = text[first : first + 4 * WINDOW]
        start, end = start - first, end - first
    spoken = _spoken(text)
    # With the sentence that it leans on in front, it is the last one whose speaker counts.
    within = (who for first, last, who in reversed(spoken) if first < end and start < last)
    return next((who for who in within if who), None)


@lru_cache(maxsize=256)
def _spoken(text: str) -> tuple[tuple[int, int, str | None], ...]:
    """Each sentence of an article with its speaker."""
    known = _people(text)
    told: list[tuple[int, int, str | None]] = []
    for start, end in sentences(text):
        said = named(text[start:end])
        if said is None and _inside_quotation(text, start, end):
            said = _speaker_beside(text, start, end, told)
        elif said is not None and said.lower() in PRONOUNS:
            said = _last(told, text, known)
        told.append((start, end, said and _whole(said, known)))
    return tuple(told)


def name_in(sentence: str, who: str) -> tuple[int, int] | None:
    """Where a sentence names a speaker: the span of the name, or of its last part."""
    for form in (who, who.split()[-1]):
        found = re.search(rf"(?<!\w){re.escape(form)}(?!\w)", sentence, re.IGNORECASE)
        if found:
            return found.span()
    return None


def quotation(sentence: str) -> tuple[int, int] | None:
    """The span of the longest quotation in a sentence, without its marks; None without any."""
    found = max(QUOTED.finditer(sentence), key=lambda m: m.end() - m.start(), default=None)
    if found is None:
        return None
    inner = found[0][1:-1].rstrip(" ,")
    return (found.start() + 1, found.start() + 1 + len(inner)) if inner.strip() else None


def _open(text: str) -> bool:
    """Whether a quotation is opened in a text and not closed."""
    curly = sum(map(text.count, OPENING)) > sum(map(text.count, CLOSING))
    return curly or text.count('"') % 2 == 1


def _inside_quotation(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a quotation, or stands within one that its paragraph opened."""
    paragraph = text.rfind("\n", 0, start) + 1
    own = text[start:end].lstrip()
    return _open(text[paragraph:start]) or own[:1] in (*OPENING, '"')


def _speaker_beside(
    text: str, start: int, end: int, told: Sequence[tuple[int, int, str | None]]
) -> str | None:
    """Who goes on speaking: the last one named in the paragraph, else the next one."""
    paragraph = text.rfind("\n", 0, start) + 1
    # A quotation of several paragraphs opens each of them and closes only the last.
    while paragraph and text[paragraph : paragraph + 1] in (*OPENING, '"'):
        above = text.rfind("\n", 0, len(text[:paragraph].rstrip())) + 1
        before = text[above:paragraph]
        if not _open(before):
            break
        paragraph = above
    for first, _, who in reversed(told):
        if first < paragraph:
            break
        if who:
            return who
    stop = text.find("\n", end)
    after = text[end : stop if stop >= 0 else len(text)]
    for first, last in sentences(after)[:2]:
        said = named(after[first:last])
        if said and said.lower() not in PRONOUNS:
            return said
    return None


def _last(
    told: Sequence[tuple[int, int, str | None]], text: str, known: Mapping[str, str]
) -> str | None:
    """Whom "she said" means: the last speaker or person named shortly before."""
    for back, (first, last, who) in enumerate(reversed(told[-LAST_SPEAKER:])):
        if who and not who.startswith(("the ", "a ", "an ")):
            return who
        if back >= LOOK_BACK:
            continue
        people = [
            _whole(bare(text[first + s : first + e]), known) for s, e in names(text[first:last])
        ]
        person = next((name for name in people if _is_person(name)), None)
        if person:
            return person
    return None


def _is_person(name: str) -> bool:
    parts = [part.lower() for part in re.findall(r"[^\W_]+", name)]
    return (
        2 <= len(parts) <= 4
        and not any(part in NOBODY or part in THINGS for part in parts)
        and not re.search(r"\d", name)
    )


def _people(text: str) -> dict[str, str]:
    """Last names with the first full name that the text gives them."""
    known: dict[str, str] = {}
    for start, end in names(text):
        # "Dr Neve Halloran of the Brannoch Field Station"
        name = bare(re.split(r"\s(?:of|the|and|&)\s", text[start:end])[0])
        if " " not in name and (before := _BEFORE.search(text, max(0, start - 30), start)):
            # A first name at the start of a sentence may be a common word: "Esther Valdane".
            name = name if before[1].lower() in NOBODY else f"{before[1]} {name}"
        if _is_person(name) and (parts := _parts(name)):
            known.setdefault(parts[-1].removesuffix("'s").removesuffix("’s"), name)
    return known


def _whole(name: str, known: Mapping[str, str]) -> str:
    """A name as it was first given in full."""
    head = re.split(r"\s(?:of|from)\s", name)[0]
    if head != name and _is_person(head):
        name = head  # "Ana Lindt of Torvik"
    parts = _parts(name)
    if len(parts) == 1 and not name.lower().startswith(("the ", "a ", "an ")):
        return known.get(parts[0], name)
    return name


def _parts(name: str) -> list[str]:
    """A name's words without titles, folded."""
    titles = {"dr", "mr", "mrs", "ms", "prof", "sir", "dame", "lord", "lady", "the", "a", "an"}
    return [
        part for part in re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", fold(name)) if part not in titles
    ]
