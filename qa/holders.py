"""Who holds an office now: questions for its holder, and the sentences that tell of a new one.

"Who leads the union now?" is answered by whoever took it over last, and not by a sentence in which
somebody gives it up. Rules for English.
"""

import re
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
_SUCCEEDS = re.compile(
    r"\b(?:succeed(?:s|ed|ing)?|successors?|replac(?:es?|ed|ing)|(?:tak(?:es?|ing|en)|took) "
    r"(?:over|office|charge|the (?:helm|reins|chair))|step(?:s|ped)? (?:up|in)|sworn in|"
    r"appoint(?:s|ed|ment)?|(?:re-?)?elect(?:s|ed)?|inaugurated|promoted|becom(?:es?|ing)|became|"
    r"installed|crowned|nominated|named (?:as )?(?:its|the|their|his|her)\b|"
    r"(?:hand(?:s|ed)|pass(?:es|ed)) (?:\w+ ){0,2}?(?:over )?to|ma(?:kes?|de) way for|"
    rf"new (?:[\w-]+ ){{0,2}}?{_OFFICE}|has (?:led|headed|run|chaired) )\b",
    re.IGNORECASE,
)
BEFORE = 300
"""Characters before a sentence in which the one before it may begin."""


def holder(question: str) -> str | None:
    """A question for the holder of an office, asked for the newest one; None for any other."""
    plain = _CHOSEN.sub("head of ", question)
    plain = re.sub(r"\bwho is (?=head of)", "Who is the ", plain, flags=re.IGNORECASE)
    if found := _LEADS.search(plain):
        office = f"Who is the new {_LED[found['led'].lower()]} of"
    elif found := _IS.search(plain):
        office = f"Who is the new {found['office']} "
        if found["whose"]:
            office = f"Who is {found['whose']} new {found['held']}"
    else:
        return None
    return f"{plain[: found.start()]}{office}{plain[found.end() :]}"


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
