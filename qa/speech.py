"""Who says a sentence: reported speech, its speaker by name, and what the speaker is asked about.

An article quotes and reports ("...", said Brough; according to the union); what it reports is the
speaker's and not the article's. A name is completed from its first mention, a pronoun or a bare
quotation takes the speaker of the sentence before. Rules for English; where none applies, nobody
is named.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from index.sentences import sentences
from qa.heard import Heard, parts
from qa.reported import CLOSING, OPENING, PRONOUNS, QUOTED, named, subject

# "He" of a clause that goes on from the one before it.
_RELATED = re.compile(r"\b(?:that|which|whom|as|when|because|and|but) (?:he|she) ")
# Characters of a text from which on, and of how wide a part, speakers are looked for in parts.
LONG, WINDOW = 8_000, 2_000


def same_person(one: str, other: str) -> bool:
    """Whether two names may be one person's: the last names agree and no first names differ."""
    first, second = parts(one), parts(other)
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
    told: list[tuple[int, int, str | None]] = []
    heard = Heard(text)
    for start, end in sentences(text):
        sentence = text[start:end]
        said = named(sentence)
        who = heard.called(said) if said else None
        if said and said.name in PRONOUNS and (own := subject(sentence)) and own.person:
            # "Sayle was sent off for a foul that he described as": of the same sentence.
            who = heard.called(own) if _RELATED.search(sentence) else who
        if said is None and _inside_quotation(text, start, end):
            who = _speaker_beside(text, start, end, told, heard)
        heard.hear(sentence, who, person=bool(said and said.person))
        told.append((start, end, who))
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


def is_open(text: str) -> bool:
    """Whether a quotation is opened in a text and not closed."""
    curly = sum(map(text.count, OPENING)) > sum(map(text.count, CLOSING))
    return curly or text.count('"') % 2 == 1


def _inside_quotation(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a quotation, or stands within one that its paragraph opened."""
    paragraph = text.rfind("\n", 0, start) + 1
    own = text[start:end].lstrip()
    return is_open(text[paragraph:start]) or own[:1] in (*OPENING, '"')


def _speaker_beside(
    text: str,
    start: int,
    end: int,
    told: Sequence[tuple[int, int, str | None]],
    heard: Heard,
) -> str | None:
    """Who goes on speaking: the last one named in the paragraph, else the next one."""
    paragraph = text.rfind("\n", 0, start) + 1
    # A quotation of several paragraphs opens each of them and closes only the last.
    while paragraph and text[paragraph : paragraph + 1] in (*OPENING, '"'):
        above = text.rfind("\n", 0, len(text[:paragraph].rstrip())) + 1
        before = text[above:paragraph]
        if not is_open(before):
            break
        paragraph = above
    for first, _, who in reversed(told):
        if first < paragraph:
            break
        if who:
            return who
    stop = text.find("\n", end)
    after = text[end : stop if stop >= 0 else len(text)]
    for first, last in sentences(after)[:3]:
        said = named(after[first:last])
        if said:
            return heard.called(said)
    return heard.subject()  # whoever the sentences before are about
