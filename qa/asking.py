"""Whose words a question asks for: "What did Brough say?", "according to the quarry's manager".

A name or a role; and whether a sentence's speaker is the one meant. Rules for English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from index.prior import is_known
from index.sentences import sentences
from index.words import stem, words
from qa.reader import Candidate
from qa.reported import SAID
from qa.roles import NOBODY
from qa.speech import is_open, same_person, speaker
from qa.subjects import Word, is_person, phrase, split
from qa.verbs import SAY

ASKS = frozenset(
    "say said think thought describe described call called claim claimed argue argued tell told "
    "warn warned explain explained believe believed promise promised predict predicted compare "
    "compared respond responded react reacted comment commented announce announced suggest "
    "suggested deny denied admit admitted write written feel felt accuse accused blame blamed "
    "praise praised criticise criticised criticize criticized demand demanded expect expected fear "
    "feared hope hoped propose proposed recommend recommended ask asked want wanted speak spoken "
    "point pointed complain complained insist insisted state stated note noted add added reply "
    "replied answer answered reject rejected welcome welcomed condemn condemned dismiss vow "
    "vowed pledge pledged urge urged confirm confirmed estimate estimated reveal revealed report "
    "reported recall recalled remark remarked stress stressed acknowledge acknowledged concede "
    "conceded maintain maintained justify justified defend defended object lament joke advise "
    "advised caution allege alleged testify regret apologise apologize attribute claim quip "
    "dispute disputed put make disagree agree see rate rated judge judged regard regarded consider "
    "considered".split()
)
_AUXILIARIES = frozenset(
    "did does do has have had would will didn't doesn't don't hasn't haven't wouldn't won't".split()
)
# What may stand between whoever is asked for and the verb.
_BESIDE = frozenset("also once ever still not himself herself themselves itself".split())
# Whoever is meant by these, it is nobody's words in particular.
_ANYBODY = frozenset(
    "he she they it we you i anyone anybody people someone somebody everyone everybody there "
    "article articles paper papers newspaper newspapers press media report reports story stories "
    "piece pieces text source sources outlet outlets author authors coverage correction this that "
    "these those who what which one both others critics".split()
)
_WORDS_OF = re.compile(
    r"\b(?:according to|(?:in|from) the (?:words|view|views|opinion|eyes|account) of|"
    r"(?:quoted|given|said|made|put) by|as told by)\s+",
    re.IGNORECASE,
)
_POSSESSED = re.compile(
    r"\b(?:is|was|are|were|in|tell me|give me|quote)\s+(?P<who>[^?,.;]{2,60}?)[’']s?\s+"
    r"(?:own )?(?:views?|opinion|position|stance|reaction|response|words|explanation|argument|"
    r"comments?|verdict|reply|answer|advice|prediction|warning|criticism|complaint|statement|"
    r"excuse|account|take)\b",
    re.IGNORECASE,
)
_SAID_BY = re.compile(rf"^(?P<who>[^?,;]{{2,60}}?) {SAY} (?:what|that|about|which)\b")
# One office by its several words.
_ALIKE = (("spokes", "spokes"), ("chair", "chair"), ("head", "head"), ("boss", "head"))
_ABOUT = 70
"""Characters around a name that may say what its bearer is."""
_NEAR = 300
"""Characters around a sentence in which its speaker may be named."""


# These verbs say nothing of what is said; any other may stand in the answer.
_PLAIN = frozenset("say said tell told think thought".split())
# With these what follows is described by what is said, and they name that kind of answer.
_KEPT = frozenset("describe described call called compare compared".split())


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose words a question asks for: `who`, the question without them, and the verb it uses."""

    who: str
    rest: str
    verb: str = ""


def asked_speaker(question: str) -> str | None:
    """Whose words a question asks for, a name or a role as it stands; None for nobody's."""
    found = whose(question)
    return found.who if found else None


def whose(question: str) -> Whose | None:
    """Whose words a question asks for; None where it asks for nobody's in particular."""
    tokens = split(question)
    for at, token in enumerate(tokens):
        if token.text.lower().replace("’", "'") not in _AUXILIARIES or at + 2 >= len(tokens):
            continue
        for verb in range(at + 2, min(at + 11, len(tokens))):
            if tokens[verb].text in (",", "?", "."):
                break
            if tokens[verb].text.lower() in ASKS and (who := _who(tokens[at + 1 : verb])):
                said = tokens[verb].text.lower()
                kept = tokens[verb].text if said in _PLAIN | _KEPT else "say"
                rest = f"{question[: tokens[at].end]} {kept}{question[tokens[verb].end :]}"
                return Whose(who, rest, "" if said in _PLAIN | _KEPT else said)
    for form, instead in ((_WORDS_OF, ""), (_POSSESSED, "said"), (_SAID_BY, "")):
        if not (found := form.search(question)):
            continue
        start = found.start("who") if form is _POSSESSED else found.start()
        first = found.start("who") if "who" in found.groupdict() else found.end()
        last = found.end("who") if form is _POSSESSED else len(question)
        words_ = [token for token in tokens if first <= token.start < last]
        named = phrase(words_, 0) if words_ else None
        if named is None or not (who := _who(words_, whole=False)):
            continue
        stop = found.end() if form is not _WORDS_OF else words_[named.end - 1].end
        stop = found.end("who") if form is _SAID_BY else stop
        rest = f"{question[:start]}{instead}{question[stop:]}".strip(" ,")
        return Whose(who, re.sub(r"[\s,]+([?.!])", r"\1", rest))
    return None


def _who(tokens: Sequence[Word], *, whole: bool = True) -> str | None:
    """The name or role that words begin with, or consist of; None where it is anybody."""
    while tokens and whole and tokens[-1].text.lower() in _BESIDE:
        tokens = tokens[:-1]
    while tokens and whole and tokens[-1].text.endswith("ly") and len(tokens) > 1:
        tokens = tokens[:-1]
    if not tokens:
        return None
    found = phrase(tokens, 0)
    if found is None or (whole and found.end < len(tokens)):
        return None
    last = re.split(r"\s(?:of|for|at|in|from|on)\s", found.name)[0].split()[-1].lower()
    if last in _ANYBODY | NOBODY:
        return None
    lowered = [re.sub(r"['’]s$", "", t.text) for t in tokens[: found.end]]
    if len(lowered) <= 3 and all(t.islower() and not is_known(stem(t)) for t in lowered):
        return " ".join(t.capitalize() for t in lowered)  # "what did sondergaard say"
    return re.sub(r"['’]s$", "", found.name)


def asks_who_said(question: str) -> bool:
    """Whether a question asks for a speaker ("Who called the strike a hammer?")."""
    return bool(
        re.search(rf"\b(?:who(?:se)?|which \w+)\b.{{0,30}}?\b{SAY}\b", question, re.IGNORECASE)
        or re.search(r"\bwho(?:se)?\b.{0,30}\b(?:quoted|words)\b", question, re.IGNORECASE)
    )


def is_name(who: str) -> bool:
    """Whether whoever is asked for is called by name and not by an office ("the mayor")."""
    if re.search(r"['’]s\s", who):
        return False  # "Brough's lawyer"
    return is_person(who) or (" " not in who and who[:1].isupper())


def says(wanted: str, article: Article, start: int, end: int) -> bool:
    """Whether a sentence of an article is said by the one who is asked for, or written by them."""
    who = speaker(article.text, start, end)
    if who is None:
        authors = (article.author or "").split(", ")
        return is_name(wanted) and any(same_person(wanted, author) for author in authors)
    return same_person(wanted, who) or (not is_name(wanted) and _is_called(wanted, who, article))


def tells_of(wanted: str, article: Article, start: int, end: int) -> bool:
    """Whether a sentence names the one who is asked for and what is said, if not by another."""
    last = re.escape(wanted.split()[-1])
    if not (
        re.search(rf"\b{last}\b", article.text[start:end]) and SAID.search(article.text, start, end)
    ):
        return False
    who = speaker(article.text, start, end) if is_name(wanted) else None
    said = (
        rf"\b{last}\b(?:,[^,;]{{0,60}},)? (?:(?:who|which|had|has|have|also|\w+ly) ){{0,3}}{SAY}\b"
    )
    return who is None or same_person(wanted, who) or bool(re.search(said, article.text[start:end]))


def with_speaker(found: Candidate) -> Candidate:
    """A candidate with the sentence beside it that names who says it, if its own words do not.

    It begins where the quotation does that it is the end of.
    """
    text, start, end = found.article.text, found.start, found.end
    line = text.rfind("\n", 0, start) + 1
    around = sentences(text[max(0, line - _NEAR) : end + _NEAR])
    spans = [(s + max(0, line - _NEAR), e + max(0, line - _NEAR)) for s, e in around]
    closes = re.search(r"[”»]|(?<!\s)\"", text[start:end])
    opens = re.search(r"[“«]|(?:^|\s)\"", text[start:end])
    ends_one = closes and (opens is None or closes.start() < opens.start())
    if ends_one and is_open(text[line:start]):
        opened = max(text.rfind(mark, line, start) for mark in ('"', "“", "«", "„"))
        start = next((s for s, e in spans if s <= opened < e), start)
    who = speaker(text, found.start, found.end)
    last = re.compile(rf"(?<!\w){re.escape(who.split()[-1])}(?!\w)") if who else None
    if last and not last.search(text, start, end):
        before = [s for s, e in spans if e <= start and last.search(text, s, e)]
        after = [e for s, e in spans if s >= end and last.search(text, s, e)]
        if before and start - before[-1] <= _NEAR:
            start = before[-1]
        elif after and "\n" not in text[end : after[0]].strip():
            end = after[0]
    if (start, end) == (found.start, found.end) or end - start > 3 * _NEAR:
        return found
    moved = found.start - start
    span = found.span and (found.span[0] + moved, found.span[1] + moved)
    return replace(found, start=start, end=end, span=span)


def _is_called(role: str, who: str, article: Article) -> bool:
    """Whether an article says of a speaker what a role says: "the quarry's manager"."""
    parts = re.split(r"\s(?:of|for|at|in|from|on)\s", role)
    head = _office(parts[0].split()[-1])
    if head in map(_office, who.split()):
        return True
    for found in re.finditer(rf"(?<!\w){re.escape(who)}(?!\w)", article.text):
        line = max(article.text.rfind("\n", 0, found.start()), found.start() - _ABOUT, 0)
        stop = article.text.find("\n", found.end())
        after = article.text[found.end() : min(stop if stop >= 0 else 10**9, found.end() + _ABOUT)]
        around = f"{article.text[line : found.start()]} {re.split(r'[.”:;]', after)[0]}"
        if head in map(_office, words(around)):
            return True
    return False


def _office(word: str) -> str:
    folded = stem(word.lower().removesuffix("'s").removesuffix("’s"))
    return next((office for begin, office in _ALIKE if folded.startswith(begin)), folded)
