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
from index.words import fold
from qa.spans import names

_SAY = (
    r"(?:said|says|say|saying|told|tells|added|adds|argued|argues|claimed|claims|warned|"
    r"warns|insisted|"
    r"insists|explained|explains|noted|notes|stated|states|wrote|writes|called|calls|"
    r"described|describes|"
    r"announced|announces|admitted|admits|denied|denies|replied|replies|asked|asks|"
    r"promised|promises|"
    r"predicted|predicts|suggested|suggests|recalled|recalls|remarked|remarks|believes|"
    r"believed|thinks|"
    r"thought|hopes|hoped|fears|feared|complained|complains|urged|urges|vowed|declared|declares|"
    r"acknowledged|conceded|concedes|maintained|maintains|countered|joked|estimates|estimated|"
    r"confirmed|confirms|pointed out|points out|stressed|stresses|praised|criticised|criticized|"
    r"condemned|dismissed|compared|accused|continued|concluded|reported|reports|found|reckons|"
    r"likened|labelled|labeled|testified|responded|cautioned|observed|testifies|quipped)"
)
_NAME = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Dame|Lord|Lady|St|Rev|Capt|Sgt|Gen|Col|Sen|Rep|Gov)\.?\s+)?"
    r"[^\W\d_a-zß-ÿ][\w’'.-]*(?:\s+(?:(?:de|da|di|del|della|der|den|van|von|bin|ibn|al|el|la|le|"
    r"dos|du|ter|ten|y|of|the)\s+){0,2}[^\W\d_a-zß-ÿ][\w’'.-]*)*"
)
_ROLE = (
    r"(?:spokes(?:man|woman|person)|minister|mayor|president|chair(?:man|woman)?|director|"
    r"secretary|"
    r"council|ministry|company|union|police|agency|government|committee|court|judge|report|study|"
    r"survey|researchers?|scientists?|residents?|officials?|prosecutors?|witness(?:es)?|board|"
    r"firm|party|team|authors?|farmers?|owners?|neighbours?|operator|utility|university|institute|"
    r"commission|operators?|organisers?|doctors?|lawyers?|engineers?|captain|teacher|bank|airline)"
)
_BODY = (
    rf"(?:(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir)\s+(?:[\w’'-]+\s+){{0,3}}?{_ROLE}\b"
    r"(?:\s+(?:of|for)\s+(?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+){0,3}?)?)"
)
_BODY_NAME = rf"(?:[Tt]he\s+{_NAME}(?:\s+(?:and|&)\s+{_NAME})?)"
_WHO = rf"(?<!\w)(?:{_BODY_NAME}|{_NAME}|{_BODY}|he|she|they|He|She|They)(?!\w)"
# What may stand between a speaker and the verb: "Brough, the union's general secretary, said".
_ASIDE = r"(?:,\s[^,“”\"]{2,90},|\s\([^)]{1,60}\))?"
_ALSO = r"(?:(?:has|have|had|also|then|later|once|still|again|since|who|which)\s+){0,2}"
_TOLD = (
    re.compile(rf"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion) of)\s+(?P<who>{_WHO})"),
    re.compile(
        r"\b[Aa]ccording to\s+(?P<who>(?:the|an?|his|her|its|their)\s(?:[\w’'-]+\s){0,3}?[\w’'-]+)"
        r"(?=\s(?:who|that|which|and|in|of|at|on)\b|[,.;:”\"]|$)"
    ),
    re.compile(
        rf"\b(?:described|called|denounced|praised|dismissed|hailed|labelled|condemned|seen)\b"
        rf"[^.“”\"]{{0,80}}?(?:[“\"][^”\"]*[”\"])?[^.“”\"]{{0,20}}?\bby\s+(?P<who>{_WHO})"
    ),
    # "The head warden, Lachlan Meek, said"
    re.compile(
        rf"\b(?:[Tt]he|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|"
        rf"[Aa]n?)\s[\w’' -]{{3,50}},\s(?P<who>{_NAME}),\s+"
        rf"{_ALSO}{_SAY}\b"
    ),
    re.compile(rf"(?P<who>{_WHO}){_ASIDE}\s+{_ALSO}{_SAY}\b"),
    re.compile(rf"[”\"’,]\s*{_SAY}\s+(?P<who>{_WHO})"),
    re.compile(rf"(?:^|[”\"]\s*){_SAY}\s+(?P<who>{_WHO})"),
    # "the winner said"
    re.compile(
        rf"(?:^|[”\",]\s*)(?P<who>[Tt]he\s(?:[\w’'-]+\s){{0,2}}?[\w’'-]+)\s+(?:also\s)?{_SAY}\b"
    ),
)
# A line of an interview: "Verhage: An empty tower dies."
_LABEL = re.compile(rf"^\W{{0,3}}(?P<who>{_NAME})\W{{0,2}}:\s")
_PRONOUNS = frozenset({"he", "she", "they"})
_OPENING, _CLOSING = "“«„", "”»"
_QUOTED = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»]")
# Capitals that are no speaker: days, months, and what begins a sentence.
_NOBODY = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june "
    "july august september october november december but and the a an in on at it this that these "
    "those there what when where why how who i we you yes no if as for after before asked q "
    "critics others some many most all both".split()
)
# What names places and bodies, not persons.
_THINGS = frozenset(
    "institute line bridge museum council union bank park river bay street road "
    "isles island islands "
    "group agency university college school hospital court house hall station port harbour market "
    "company society trust foundation association ministry department office news "
    "times post herald "
    "courier gazette tribune journal party club team city county state north south east west new "
    "great the of field valley mill square lane avenue royal national central prize award cup open "
    "act bill law committee commission board authority service force police fire "
    "centre center".split()
)
# Sentences before that may name who goes on speaking, and whose speaker may still be "she".
LOOK_BACK, LAST_SPEAKER = 3, 30

_ASKED = (
    re.compile(
        rf"\b(?:[Ww]hat|[Hh]ow|[Ww]hy|[Ww]hen|[Ww]here|[Ww]hich)\b.{{0,60}}?\b(?:did|does|do|has|have|had)\s+"
        rf"(?:the\s+)?(?P<who>{_NAME})\s+(?:\w+ly\s+)?(?:say|said|think|thought|describe|"
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
        rf"(?P<who>{_NAME})"
    ),
    re.compile(rf"\b[Ww]hat (?:is|was|are) (?P<who>{_NAME})[’']s? (?:view|opinion|position|stance|"
               r"reaction|response|words|explanation|argument|comment|verdict)"),
    re.compile(rf"\b(?P<who>{_NAME}) (?:said|says|claims|claimed|argues|argued|thinks|believes) "
               r"(?:what|that|about)\b"),
)  # fmt: skip


def asked_speaker(question: str) -> str | None:
    """Whose words a question asks for ("What did Brough say about sleep?"); None for nobody's."""
    for form in _ASKED:
        found = form.search(question)
        if found and found["who"].lower() not in _NOBODY:
            return _bare(found["who"])
    return None


def asks_who_said(question: str) -> bool:
    """Whether a question asks for a speaker ("Who called the strike a hammer?")."""
    return bool(
        re.search(rf"\b(?:who(?:se)?|which \w+)\b.{{0,30}}?\b{_SAY}\b", question, re.IGNORECASE)
        or re.search(r"\bwho\b.{0,30}\b(?:quoted|words)\b", question, re.IGNORECASE)
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
    spoken = _spoken(text)
    return next((who for first, last, who in spoken if first < end and start < last and who), None)


@lru_cache(maxsize=256)
def _spoken(text: str) -> tuple[tuple[int, int, str | None], ...]:
    """Each sentence of an article with its speaker."""
    known = _people(text)
    told: list[tuple[int, int, str | None]] = []
    for start, end in sentences(text):
        said = _named(text[start:end])
        if said is None and _inside_quotation(text, start, end):
            said = _speaker_beside(text, start, end, told)
        elif said is not None and said.lower() in _PRONOUNS:
            said = _last(told, text, start)
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
    found = max(_QUOTED.finditer(sentence), key=lambda m: m.end() - m.start(), default=None)
    if found is None:
        return None
    inner = found[0][1:-1].rstrip(" ,")
    return (found.start() + 1, found.start() + 1 + len(inner)) if inner.strip() else None


def _named(sentence: str) -> str | None:
    """The speaker that a sentence itself names, a pronoun as it is."""
    label = _LABEL.match(sentence)
    if label and label["who"].lower() not in _NOBODY and len(label["who"].split()) <= 4:
        return _bare(label["who"])
    # The name of a speaker stands outside of what is quoted.
    plain = _QUOTED.sub(lambda found: "“" + " " * (len(found[0]) - 2) + "”", sentence)
    for form in _TOLD:
        for found in form.finditer(plain):
            who = _bare(found["who"])
            if who and who.lower() not in _NOBODY:
                return who
    return None


def _bare(name: str) -> str:
    """A name without a title, a possessive and what the sentence put in front of it."""
    name = re.sub(r"(?:’s|'s)$", "", name.strip(" ,.;:"))
    parts = name.split()
    while parts and parts[0].lower().strip(".,") in _NOBODY - {"the", "a", "an"} and len(parts) > 1:
        parts = parts[1:]
    if parts and parts[0] in ("The", "A", "An") and len(parts) > 1:
        parts[0] = parts[0].lower()
    return " ".join(parts)


def _inside_quotation(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a quotation, or stands within one that its paragraph opened."""
    paragraph = text.rfind("\n", 0, start) + 1
    before = text[paragraph:start]
    opened = sum(map(before.count, _OPENING)) > sum(map(before.count, _CLOSING))
    straight = before.count('"') % 2 == 1
    own = text[start:end].lstrip()
    return opened or straight or own[:1] in f'{_OPENING}"'


def _speaker_beside(
    text: str, start: int, end: int, told: Sequence[tuple[int, int, str | None]]
) -> str | None:
    """Who goes on speaking: the last one named in the paragraph, else the next one."""
    paragraph = text.rfind("\n", 0, start) + 1
    for first, _, who in reversed(told):
        if first < paragraph:
            break
        if who:
            return who
    stop = text.find("\n", end)
    after = text[end : stop if stop >= 0 else len(text)]
    for first, last in sentences(after)[:2]:
        said = _named(after[first:last])
        if said and said.lower() not in _PRONOUNS:
            return said
    return None


def _last(told: Sequence[tuple[int, int, str | None]], text: str, start: int) -> str | None:
    """Whom "she said" means: the last speaker or person named shortly before."""
    for back, (first, last, who) in enumerate(reversed(told[-LAST_SPEAKER:])):
        if who and not who.startswith(("the ", "a ", "an ")):
            return who
        if back >= LOOK_BACK:
            continue
        people = [_bare(text[first + s : first + e]) for s, e in names(text[first:last])]
        person = next((name for name in people if _is_person(name)), None)
        if person:
            return person
    return None


def _is_person(name: str) -> bool:
    parts = [part.lower() for part in re.findall(r"[^\W_]+", name)]
    return (
        2 <= len(parts) <= 4
        and not any(part in _NOBODY or part in _THINGS for part in parts)
        and not re.search(r"\d", name)
    )


def _people(text: str) -> dict[str, str]:
    """Last names with the first full name that the text gives them."""
    known: dict[str, str] = {}
    for start, end in names(text):
        # "Dr Neve Halloran of the Brannoch Field Station"
        name = _bare(re.split(r"\s(?:of|the|and|&)\s", text[start:end])[0])
        if _is_person(name) and (parts := _parts(name)):
            known.setdefault(parts[-1].removesuffix("'s").removesuffix("’s"), name)
    return known


def _whole(name: str, known: dict[str, str]) -> str:
    """A name as it was first given in full."""
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
