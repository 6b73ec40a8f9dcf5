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
    r"viewpoints?|letters|meinung|tribunes?|opinion-(?!polls?\b)\w+)(?:/|$)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^\W{0,5}(?:corrections?|corrected|corrigend\w+|errat\w+|clarifications?|setting the record|"
    r"for the record|we (?:got|had) it wrong|where we went wrong|we were wrong|amplifications?|"
    r"amendments?|retractions?|retracted|withdrawn|an apology|apolog(?:y|ies):|"
    r"updated and corrected|putting it right|setting it straight|"
    r"berichtigung|richtigstellung|rectificati\w+|correctif|fe de errata|correcci[oó]n)\b"
    r"|[:(\[|–—-]\s*(?:an? |our )?(?:corrections?|clarification|erratum|corrected|retraction|"
    r"retracted|withdrawn)\W{0,3}$",
    re.IGNORECASE,
)
_PIECE = (
    r"(?:reports?|articles?|stor(?:y|ies)|versions?|editions?|clarifications?|corrections?|headlines?|"
    r"captions?|columns?|notices?|notes?|pieces?|graphics?|posts?|items?|dispatch(?:es)?|accounts?|"
    r"interviews?|reviews?|charts?|tables?|summar(?:y|ies))"
)
_CORRECTS = re.compile(
    rf"\b(?:(?:an?|the) (?:earlier|previous|original)|our|the|this) {_PIECE}\b"
    r"[^.]{0,140}\b(?:misstated|wrong|wrongly|incorrect(?:ly)?|mistakenly|erroneously|in error|"
    r"errors?|mistakes?|misquoted|misidentified|misspel(?:t|led)|misattributed)\b"
    rf"|\ban? (?:earlier|previous|original) (?:version|edition)\b(?: of (?:this|the|our) {_PIECE})?"
    r"[^.]{0,60}\b(?:said|stated|gave|named|reported|had|put|described|referred|attributed)\b"
    r"|\bwe (?:wrongly|incorrectly|mistakenly|erroneously) (?:said|reported|stated|wrote|gave)\b"
    rf"|\b(?:this|the|our) (?:original )?{_PIECE}\b[^.]{{0,60}}\b(?:originally|initially|first "
    r"published)\b"
    rf"|\bthe original {_PIECE} (?:said|put|gave|stated|had|named|described|reported)\b"
    rf"|\bour {_PIECE}\b[^.]{{0,140}}\bshould have\b|\bas we (?:reported|said|wrote|stated)\b"
    r"|\bwe (?:printed|mistyped|misheard|misspel\w+|retract|withdraw|had written)\b"
    rf"|\bthis {_PIECE} (?:was|has been) (?:amended|changed|corrected|edited|retracted|withdrawn|"
    r"updated (?:on [^.]{1,30} )?to (?:correct|fix))\b"
    r"|\b(?:has been|was) (?:corrected|amended) to\b"
    r"|^[^\w\n]{0,5}(?:corrections?|clarification|editor[’']s note|amendment|erratum|retraction|"
    r"updated?)\b[^\n:]{0,40}:.{0,200}\b"
    r"(?:misstated|wrong|wrongly|incorrect(?:ly)?|earlier version|error|mistake|corrected|not|"
    r"original(?:ly)?|first published|previously|we (?:wrote|said|gave|had)|false|untrue)\b",
    re.IGNORECASE | re.MULTILINE,
)
# A clause of a correction that tells the mistake, and one that says what is right.
_MISTAKEN = re.compile(
    r"\b(?:wrong(?:ly)?|incorrect(?:ly)?|mistaken(?:ly)?|erroneous(?:ly)?|misstated|misreported|"
    r"misidentified|misquoted|misspel(?:t|led)|in error|by mistake|overstated|understated)\b"
    rf"|\b(?:our|the|an?|this|that|earlier|previous|original|first|it|which)\s(?:\w+\s)?{_PIECE}\b"
    r"[^;]{0,140}?\b(?:said|named|stated|gave|claimed|reported|described|put|listed|identified|"
    r"quoted|had|referred|called|attributed|suggested|placed|spel(?:t|led)|repeated)\b"
    r"|\bwe (?:(?:had|have|also|first|then|wrongly|mistakenly|incorrectly) ){0,3}(?:said|reported|"
    r"wrote|written|named|stated|gave|put|quoted|called|described|printed|mistyped|spel(?:t|led)|credited|published)\b"
    r"|\bit (?:also |then )?(?:gave|named|put|stated|misspel\w+|spel(?:t|led)|listed)\b"
    r"|\boriginally (?:said|gave|put|stated|named|reported)\b"
    r"|^\W{0,5}(?:not|rather than|instead of|and not)\b",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"\b(?:in fact|actually|should (?:have|be|read)|the correct|(?:corrected|amended) to|"
    r"correct (?:figure|number|name|date|cost|price|spelling|sum|amount|title|total|age|year))\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"(?<=\w )\([\"“‘][^()\n]{5,200}[\"”’]\)")
_CORRECTLY = re.compile(r"\b(?:correctly|rightly)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r";\s|,\s(?=(?:but|when|whereas|while|not|rather than|instead of|and not|it|he|she|they|"
    r"there|and (?:it|he|she|they|there|that))\b)"
    r"|\s(?=(?:rather than|instead of|and not)\b)|\s[–—-]\s|\s\(|\)\s|[.!?][”\"’]?\s+(?=\S)|:\s",
    re.IGNORECASE,
)
# A question about the mistake itself is not to be answered by what is right.
_OF_MISTAKE = re.compile(
    r"\b(?:wrong|put right|mistakes?|errors?|correct(?:ed|ions?)|mistaken|originally|misstated|"
    r"mistyp\w*|misspel\w*|retract\w*|withdr[ae]wn?|"
    r"first reported)\b",
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
    if is_titled_correction(article):
        return True
    text = article.text
    return bool(
        _CORRECTION.search(text[:HEAD])
        or _CORRECTS.search(text[:HEAD])
        or _CORRECTS.search(text[-HEAD:])
    )


def is_notice(paragraph: str) -> bool:
    """Whether a paragraph says that the article it stands in, or another one, was wrong."""
    return bool(_CORRECTION.search(paragraph) or _CORRECTS.search(paragraph))


def is_titled_correction(article: Article) -> bool:
    """Whether an article is a correction by its title or section, and so in all that it says."""
    return bool(_CORRECTION.search(article.title) or _CORRECTION.search(article.section or ""))


def asks_of_mistake(question: str) -> bool:
    """Whether a question is about what was wrong or corrected."""
    return bool(_OF_MISTAKE.search(question))


def mistaken(text: str) -> list[tuple[int, int]]:
    """The clauses in a correction's words that tell what was wrong rather than what is right."""
    areas = []
    # The title of a report, in brackets behind the words for it, is no clause.
    text = _TITLED.sub(lambda found: "_" * len(found.group()), text)
    ends = [*(found.span() for found in _CLAUSE.finditer(text)), (len(text), len(text))]
    start = 0
    for end, after in ends:
        if _CORRECTLY.search(text, start, end):
            pass  # "as we wrote correctly before"
        elif found := _MISTAKEN.search(text, start, end):
            right = _RIGHT.search(text, start, end)
            if not right:
                areas.append((start, end))
            elif right.start() < found.start():
                areas.append((found.start(), end))  # "is in fact 274, as we wrongly said"
            else:
                areas.append((start, right.start()))
        elif (
            text[start:end].lower().startswith(("not ", "rather than ", "instead of ", "and not "))
        ):
            areas.append((start, end))
        start = after
    return areas
