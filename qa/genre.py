"""What kind of piece an article is, where that decides how far it is to be trusted."""

import re

from corpus.article import Article

_OPINION = re.compile(
    r"\b(?:opinions?|op-?ed|editorials?|comment(?:ary|aries)?|columns?|columnists?|leaders?|"
    r"letters?(?: to the editor)?|viewpoints?|perspectives?|essays?|blogs?|analysis & opinion|"
    r"meinung|kommentare?|leitartikel|gastbeitrag|tribunes?|éditos?|éditorial|opini[oó]n(?:es)?|"
    r"opinião|opinie|commenti?|editoriale|debatt|ledare)\b",
    re.IGNORECASE,
)
# In a title only as a label: "Opinion: Keep the pool open", "Keep the pool open | Comment".
_LABEL = re.compile(
    r"^(?:opinion|op-?ed|editorial|comment(?:ary)?|column|letters?(?: to the editor)?|leader|"
    r"viewpoint|guest essay|kommentar|meinung|tribune|opini[oó]n)\s*[:|–—-]"
    r"|[:|–—-]\s*(?:opinion|op-?ed|editorial|comment(?:ary)?|viewpoint)$",
    re.IGNORECASE,
)
_OPINION_PATH = re.compile(
    r"/(?:opinions?|op-?eds?|editorials?|comment(?:isfree|ary)?|columns?|columnists|"
    r"viewpoints?|letters|meinung|tribunes?|opinion-\w+)(?:/|$)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^\W*(?:corrections?|corrected|corrigend\w+|errat\w+|clarifications?|setting the record|"
    r"berichtigung|richtigstellung|rectificati\w+|correctif|fe de errata|correcci[oó]n)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:an? (?:earlier|previous) (?:version|report|article|story)|(?:our|the|this) "
    r"(?:report|article|story|piece)[^.]{0,60}) (?:[^.]{0,80}\b)?(?:misstated|wrongly|incorrectly|"
    r"mistakenly|erroneously|in error|contained (?:\w+ )?errors?|misquoted|misidentified|"
    r"gave the wrong)\b"
    r"|\bwe (?:wrongly|incorrectly|mistakenly|erroneously) (?:said|reported|stated|wrote|gave)\b"
    r"|\bhas been (?:corrected|amended) to\b",
    re.IGNORECASE,
)
# A sentence of a correction that repeats the mistake.
_MISTAKEN = re.compile(
    r"\b(?:wrong(?:ly)?|incorrect(?:ly)?|mistaken(?:ly)?|erroneous(?:ly)?|misstated|in error|"
    r"(?:earlier|previous|original) (?:version|report|article|story)|(?:our|the) (?:report|article|"
    r"story)\b.{0,40}\b(?:said|named|stated|gave|claimed)|we (?:said|reported|wrote|named)|"
    r"not \S+ as)\b",
    re.IGNORECASE,
)
HEAD = 600
"""Characters at the start and at the end of a text in which it says that it corrects."""


def is_opinion(article: Article) -> bool:
    """Whether its section, its title or its address files an article under opinion."""
    if article.section:
        return bool(_OPINION.search(article.section))
    return bool(_LABEL.search(article.title) or _OPINION_PATH.search(article.url or ""))


def is_correction(article: Article) -> bool:
    """Whether an article corrects another one, or an earlier version of itself."""
    if _CORRECTION.search(article.title) or _CORRECTION.search(article.section or ""):
        return True
    text = article.text
    return bool(
        _CORRECTION.search(text[:HEAD])
        or _CORRECTS.search(text[:HEAD])
        or _CORRECTS.search(text[-HEAD:])
    )


def repeats_mistake(sentence: str) -> bool:
    """Whether a sentence of a correction tells what was wrong rather than what is right."""
    return bool(_MISTAKEN.search(sentence)) and not re.search(
        r"\b(?:correct (?:figure|number|name|date|cost|price|spelling|sum|amount|title|total|age)|"
        r"in fact|should have|actually)\b",
        sentence,
        re.IGNORECASE,
    )
