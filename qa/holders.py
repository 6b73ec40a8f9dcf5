"""Who holds an office now: questions for its holder, and the sentences that tell of a new one.

"Who leads the union now?" is answered by whoever took it over last, and not by a sentence in which
somebody gives it up. Rules for English.
"""

import re
from dataclasses import dataclass
from datetime import date

from corpus.article import Article
from index.sentences import sentences
from qa.events import day_of, times

_OFFICE = (
    r"(?:boss|head|chief|leader|chair(?:man|woman|person)?|(?:chief|managing) \w+|ceo|"
    r"(?:vice[- ])?president|(?:prime |first )?minister|mayor(?:ess)?|governor|chancellor|"
    r"director|manager|(?:head )?coach|captain|editor(?:[- ]in[- ]chief)?|"
    r"secretary(?:[- ]general)?|"
    r"commissioner|principal|head(?:master|mistress| ?teacher)|rector|(?:arch)?bishop|abbot|abbess|"
    r"conductor|curator|sheriff|speaker|ambassador|treasurer|owner|warden|keeper)"
)
_LED = {
    "lead": "head", "head": "head", "run": "head", "chair": "chair", "govern": "governor",
    "manage": "manager", "coach": "coach", "captain": "captain", "edit": "editor",
    "direct": "director", "own": "owner", "conduct": "conductor",
}  # fmt: skip
_LEADS = re.compile(
    rf"\bwho (?:is |are )?(?P<led>{'|'.join(_LED)})(?:s|ing)\b(?! (?:to|by|away|out|off|up)\b)",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    rf"\b{_OFFICE} (?:who (?:was|has been) )?(?:chosen|appointed|named|picked|elected|hired) to "
    r"(?:lead|head|run|manage) ",
    re.IGNORECASE,
)
_IS = re.compile(
    rf"\bwho(?: is|['’]s) (?:now )?(?:the |its |their )?(?:current |present |new |latest )?"
    rf"(?P<office>(?:[\w-]+ ){{0,2}}?{_OFFICE}) (?=(?:of|at|in|for)\b)"
    rf"|\bwho(?: is|['’]s) (?P<whose>(?:the )?(?:[\w-]+ ){{0,4}}?[\w-]+['’]s?) "
    rf"(?:current |present |new |latest )?(?P<held>(?:[\w-]+ ){{0,2}}?{_OFFICE})\b",
    re.IGNORECASE,
)
_HEAD = (
    r"(?:boss|head|chief|leader|chair(?:man|woman|person)?|executive|ceo|president|director|"
    r"founder|manager)"
)
_NAME = r"[^\W\d_a-zß-ÿ][\w’'-]+ [^\W\d_a-zß-ÿ][\w’'-]+"
_NO_LONGER = re.compile(r"\b(?:former|ex|late|then|outgoing|retired|deputy|vice|previous)\b", re.I)
_SUCCEEDS = re.compile(
    r"\b(?:succeed(?:s|ed|ing)?|successors?|replac(?:es?|ed|ing)|(?:tak(?:es?|ing|en)|took) "
    r"(?:over|office|charge|the (?:helm|reins|chair))|step(?:s|ped)? (?:up|in)|sworn in|"
    r"appoint(?:s|ed|ment)?|(?:re-?)?elect(?:s|ed)?|inaugurated|promoted|becom(?:es?|ing)|became|"
    r"installed|crowned|nominated|named (?:as )?(?:its|the|their|his|her)\b|"
    r"(?:hand(?:s|ed)|pass(?:es|ed)) (?:\w+ ){0,2}?(?:over )?to|ma(?:kes?|de) way for|"
    rf"new (?:[\w-]+ ){{0,2}}?{_OFFICE})\b",
    re.IGNORECASE,
)
BEFORE = 300
"""Characters before a sentence in which the one before it may begin."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office of which a question asks for the holder: the question for the newest, in the ways
    that articles tell of one, and how the office may be called beside a name."""

    asked: tuple[str, ...]
    called: re.Pattern[str]


def office(question: str) -> Office | None:
    """The office whose holder a question asks for; None for any other question."""
    plain = _CHOSEN.sub("head of ", question)
    plain = re.sub(r"\bwho is (?=head of)", "Who is the ", plain, flags=re.IGNORECASE)
    if found := _LEADS.search(plain):
        name, of = _LED[found["led"].lower()], " of"
    elif found := _IS.search(plain):
        name, of = (found["held"], "") if found["held"] else (found["office"], " ")
    else:
        return None
    whose = found.groupdict().get("whose")
    news = (
        (f"Who is {whose} new {name}", f"Who succeeds {whose} {name}")
        if whose
        else (f"Who is the new {name}{of}", f"Who succeeds as {name}{of}")
    )
    start, end = plain[: found.start()], plain[found.end() :]
    last = name.split()[-1].lower()
    title = _HEAD if re.fullmatch(_HEAD, last, re.IGNORECASE) else re.escape(last)
    held = rf"(?:[\w-]+ ){{0,2}}?\b(?i:{title})\b"
    called = re.compile(
        rf"{held}(?: of [^,.;]{{1,40}})?,? {_NAME}"
        rf"|{_NAME},? (?:(?:who )?(?:is|has been|was made) )?(?:(?:the|its|their) )?{held}"
    )
    return Office(tuple(f"{start}{new}{end}" for new in news), called)


def succeeds(article: Article, start: int, end: int, today: date) -> bool:
    """Whether a sentence tells who came into an office, and this is not yet to come on a day."""
    if not _SUCCEEDS.search(article.text, start, end):
        return False
    published = day_of(article.published)
    if published is None:
        return True
    line = max(article.text.rfind("\n\n", 0, start) + 2, start - BEFORE, 0)
    before = sentences(article.text[line:start])
    begin = line + before[-1][0] if before else start
    return all(first <= today for first, _ in times(article.text[begin:end], published))


def holds(office: Office, article: Article, start: int, end: int) -> bool:
    """Whether a sentence names somebody beside the office, and not one who held it once."""
    found = office.called.search(article.text, start, end)
    return bool(found) and not _NO_LONGER.search(found[0] if found else "")
