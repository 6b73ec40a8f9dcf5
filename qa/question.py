"""What a question asks: its words and their weights, and the kind of answer it wants.

A question's function words find nothing and its wh-word names the kind of answer: "how many" wants
a number, "who" a person. Rules for English; a question in another language has no known kind and
is read by its words and vectors alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from index.prior import idf
from index.words import stem, word_spans

KIND_WORD = 0.3  # weight of a word that only names the kind of answer
LEANT_ON = 0.5  # weight of the words of the turn before, in a follow-up
LONGEST = 2_000  # characters of a question; what is longer is a text, not a question


class Kind(Enum):
    """The kind of answer that a question wants."""

    PERSON = "person"
    NAME = "name"
    TIME = "time"
    NUMBER = "number"
    MONEY = "money"
    DURATION = "duration"
    PLACE = "place"
    REASON = "reason"
    MANNER = "manner"
    STATEMENT = "statement"
    THING = "thing"
    DECISION = "yes or no"
    TEXT = "text"


COUNTED = (Kind.NUMBER, Kind.MONEY, Kind.DURATION)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question: its offsets, folded form and weight.

    `name` is whether it may be a name, `leant` whether it is of the turn that a follow-up leans on.
    """

    start: int
    end: int
    word: str
    weight: float
    name: bool = False
    leant: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is read.

    `terms` are its content words; `focus` the folded words of what is asked for ("hostages" in
    "how many hostages"); `sweeping` whether it wants more than one sentence; `among` how many
    passages the library has that is asked. Before `asked` stands the turn that it leans on.
    """

    text: str
    terms: tuple[Term, ...]
    kind: Kind
    focus: frozenset[str]
    sweeping: bool
    among: int = 0
    asked: int = 0

    @property
    def own(self) -> str:
        """Its text without the turn that it leans on."""
        return self.text[self.asked :]

    @property
    def words(self) -> tuple[str, ...]:
        """Folded content words, each once, in order."""
        return tuple(dict.fromkeys(term.word for term in self.terms))


_FUNCTION = frozenset(
    stem(word)
    for word in (
        "a an the this that these those there here it its he him his she her hers they them their "
        "theirs we us our you your i me my who whom whose which what when where why how is are was "
        "were be been being am do does did done doing have has had having will would shall should "
        "can could may might must of in on at by for from to with without into onto upon about as "
        "and or but nor not no if than then so such any some all each every both either neither "
        "more most much many few less least very too also just only even ever again once s t d ll "
        "re ve m isn aren wasn weren don doesn didn hasn haven hadn won wouldn couldn shouldn "
        "please tell give know say said says article articles according happen happened happening "
        "take took place get got go went come came exactly actually still yet now kind sort "
        "there's that's what's who's it's one"
    ).split()
)

# Words that only name the kind of answer: an answer shows the kind and need not repeat them.
_KIND_WORDS = frozenset(
    stem(word)
    for word in (
        "name names year years date day month time century hour number amount percentage percent "
        "share "
        "proportion old age tall high height long length far distance wide width deep depth big "
        "large size "
        "fast speed heavy weight weigh often frequently hot cold money sum price cost costs "
        "reason reasons "
        "cause caused place city town country person people team kind type called call think "
        "thought view "
        "opinion describe described react reacted explain explained worth total"
    ).split()
)

_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.MONEY,
        r"\bhow (?:much|many) (?:more |less |extra )?(?:money|euros?|dollars?|pounds?|francs?|"
        r"crowns?|yen)\b"
        r"|\bhow much\b.*\b(?:costs?|costing|pay|paid|pays|paying|spend|spent|spending|"
        r"earn(?:ed|ing)?|owe[ds]?|worth|insured?|valued?|"
        r"price[ds]?|"
        r"charged?|fined?|raised?|invest(?:ed)?|funding|sold|fetch(?:ed)?|buy|bought|salary|budget|"
        r"lose|lost|save|saved|grant|loan|awarded|donated?|contribut\w+|bid|receive[ds]?|prize|"
        r"reward|bonus|fee|fare|rent|compensation|subsid(?:y|ies)|allowance)\b"
        r"|\bwhat\b.*\b(?:costs?|worth)\b|\bwhat (?:do|does|did|will|would|must|"
        r"should) .{1,60}(?<!to )\b(?:pay|earn|charge)\b"
        r"|\bwhat (?:compensation|payment|salary|wage|pay|sum|ransom|reward|dividend)\b"
        r"|\b(?:what|which)\b.{0,30}\b(?:price|costs?|fee|fine|budget|salary|sum|fare|turnover|"
        r"revenues?|"
        r"profits?|bid|bail|rent|wage|value)\b(?! of living)",
    ),
    (
        Kind.DURATION,
        r"\bhow long\b(?! ago\b)"
        r"(?!.{0,12}\b(?:is|was|are) the (?:bridge|tunnel|route|road|line|track|"
        r"trail|river|wall|pier))"
        r"|\bhow many (?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades)\b"
        r"|\b(?:what|which)\b.{0,12}\b(?:duration|length of time)\b|\bfor how long\b",
    ),
    (
        Kind.NUMBER,
        r"\bhow (?:many|much|old|far|tall|high|deep|wide|large|big|fast|heavy|often|long(?! ago)|"
        r"hot|cold|frequently|strong|loud|thick|steep)\b"
        r"|\b(?:what|which)\b.{0,20}\b(?:percentage|per ?cent|share|proportion|number|amount|age|"
        r"size|"
        r"height|weight|length|width|depth|speed|distance|temperature|capacity|rate|score|margin|"
        r"population|total|majority|turnout|area|magnitude|dose)\b|\bby how\b",
    ),
    (
        Kind.TIME,
        r"\bwhen\b|\b(?:what|which|in what|on what|on which|in which|at what|"
        r"by what)\b.{0,6}\b(?:years?|dates?|day|month|"
        r"time|century|decade|season|hour|week|weekday|quarter)\b|\bhow long ago\b|\bhow (?:soon|"
        r"early|late|recently)\b|\bsince when\b|\buntil when\b",
    ),
    (
        Kind.REASON,
        r"\bwhy\b|\bwhat (?:caused?|prompted|led to|triggered|made|motivated|explains)\b|"
        r"\b(?:what|which)\b.{0,25}\b(?:reasons?|cause)\b|\bhow come\b|\bfor what (?:reason|"
        r"purpose)\b|\bwhat .{1,60}\bblam\w+",
    ),
    (
        Kind.STATEMENT,
        r"\bwho (?:said|says|called|calls|described|describes|argue[ds]|argues|warn(?:ed|s)|"
        r"think|thinks|thought|believe[ds]?|claim(?:ed|s)?|compared?)\b|"
        r"\b(?:what|how)\b(?!.*\b(?:is|are|was|were|been|be)\b.{0,40}\bcalled\b).*\b(?:say|said|"
        r"says|think|thinks|thought|describe[ds]?|call(?:ed|s)?|argue[ds]?|claim(?:ed|s)?|"
        r"comment(?:ed)?|respond(?:ed)?|react(?:ed)?|respon[sd]e|explain(?:ed)?|compare[ds]?|"
        r"warn(?:ed|s)?|tell|told|"
        r"believe[ds]?|opinion|view|feel|felt|deny|denied|promised?|announced?)\b",
    ),
    (
        Kind.PERSON,
        r"\bwho\b|\bwhom\b|\bwhose\b|\b(?:what|which)\b.{0,12}\b(?:man|woman|person|people|"
        r"minister|president|mayor|"
        r"officer|official|director|captain|player|scientist|researcher|judge|author|artist|"
        r"coach|leader)\b"
        r"|\bwhat (?:is|was|are|were) (?:the )?names? of the (?:man|woman|person|captain|judge|"
        r"director)",
    ),
    (
        Kind.NAME,
        r"\b(?:what|which)\b.{0,20}\bnames?\b|\bwhat (?:is|are|was|were) .{1,60}\bcalled\b|"
        r"\bwhich\b.{0,16}\b(?:company|companies|firm|"
        r"boat|ship|ferry|vessel|councillor|party|bank|team|club|school|university|hospital|"
        r"model|brand|newspaper|outlet|"
        r"organi[sz]ation|agency|institute|museum|hotel|airline|union|product|novel|song|film|"
        r"book|reader|expert|group)\b"
        r"|\bname (?:a|an|one|the|some)\b",
    ),
    (
        Kind.PLACE,
        r"\bwhere\b|\b(?:what|which|in what|in which)\b.{0,12}\b(?:city|cities|country|countries|"
        r"town|village|place|"
        r"state|street|region|district|river|island|county|province|location|venue|port|valley|"
        r"building)\b",
    ),
    (Kind.MANNER, r"\bhow\b"),
    (Kind.THING, r"\bwhat\b|\bwhich\b"),
    (
        Kind.DECISION,
        r"^\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|"
        r"must)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_SWEEPING = re.compile(
    r"\bwhat (?:happened|is known|do we know|are the (?:main|key))|\bwhy\b|^\W*how (?:did|does|"
    r"do|is|was|were|are)\b|"
    r"^\W*what (?:did|does|do|has|have|had) (?:say|tell|think|said|told|thought)\W*$|"
    r"\bcompare|\bsummari[sz]e|\bsummary\b|\boverview\b|\bexplain\b|\bdescribe\b|"
    r"\btell me about\b|\blist\b",
    re.IGNORECASE,
)
_FOCUS = re.compile(
    r"\bhow (?:many|much)\s+(?!do\b|does\b|did\b|is\b|are\b|was\b|were\b|will\b|would\b|of\b|"
    r"more\b|less\b)"
    r"((?:[\w'’-]+\s+){0,3}?[\w'’-]+?)\s+(?:is|are|was|were|do|does|did|have|has|had|will|"
    r"would|can|could|be|been|in|on|at|of|for|from|to|by|with|took|take|came|went|that|who|which|"
    r"there|\w+ed)\b",
    re.IGNORECASE,
)


def parse(text: str, frequencies: Mapping[str, int], passages: int, *, asked: int = 0) -> Question:
    """A question's content words with their weights, and its kind.

    `frequencies` are the library's counts for the words of `text`, `passages` its size. What stands
    before `asked` is the turn that a follow-up leans on: its words count less, and the kind is that
    of the rest.
    """
    weights = idf(frequencies, passages)
    spans = list(word_spans(text))
    content = [span for span in spans if span[2] not in _FUNCTION]
    terms = []
    # "What is it?" has only function words, and they are better than nothing.
    for start, end, word in content or spans:
        weight = weights.get(word, 1.0) * (KIND_WORD if word in _KIND_WORDS else 1.0)
        before = text[asked:start] if start >= asked else text[:start]
        name = text[start].isupper() and before.strip() != ""
        leant = start < asked
        terms.append(Term(start, end, word, weight * (LEANT_ON if leant else 1.0), name, leant))
    last = text[asked:]
    kind = kind_of(last)
    focus: set[str] = set()
    if kind in COUNTED and (found := _FOCUS.search(last)):
        focus = {word for *_, word in word_spans(found.group(1))} - _FUNCTION
    sweeping = bool(_SWEEPING.search(last))
    return Question(text, tuple(terms), kind, frozenset(focus), sweeping, passages, asked)


def is_function(word: str) -> bool:
    """Whether a folded word is a function word of English."""
    return word in _FUNCTION


def kind_of(text: str) -> Kind:
    """The kind of answer that `text` wants, by its first wh-word; TEXT when nothing tells."""
    found = [
        (match.start(), order, kind)
        for order, (kind, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(text))
    ]
    return min(found, key=lambda f: f[:2])[2] if found else Kind.TEXT
