"""What the first and last lines of a text say of it: a byline, a date line, a dateline.

A line counts only when it says that and nothing else. A date counts when it has a day and a year
and stands where dates of publication stand: never one in a sentence, of an event or of a copyright.
"""

import re
from collections.abc import Iterator

from corpus.dates import iso_date
from corpus.draft import Draft, Metadata, is_day_first, web_url
from corpus.names import credit, is_han_name, is_name, is_outlet, names
from corpus.text import one_line

Said = tuple[str, str, str]
"""A metadata field, its value, and where it was found."""

_MAX_LINE = 160
_HEAD, _BARE_DATE, _TAIL = (
    8,
    4,
    4,
)  # lines in which bylines, unlabelled and last dates are looked for
_BYLINE, _DATE_LINE, _DATELINE_ORIGIN = (
    "byline in the text",
    "date line in the text",
    "dateline in the text",
)
_PUBLISHED = (
    r"(?:(?:first |originally )?(?:published|posted|released)(?: online)?|publication date|date"
    r"|date published|published date|publish date|issued|for (?:immediate )?release|veröffentlicht"
    r"|erschienen|datum|stand|publié(?:e)?|paru(?:e)?|mis en ligne|publicado|fecha|pubblicato"
    r"|data|gepubliceerd|publicerad|publisert|udgivet)"
)
_MODIFIED = (
    r"(?:(?:last |article )?(?:updated|modified|revised|edited)|last update|update|aktualisiert"
    r"|zuletzt (?:aktualisiert|geändert)|mis(?:e)? à jour|actualizado|aggiornato|bijgewerkt"
    r"|uppdaterad|oppdatert|opdateret)"
)
_ON = r"(?:\s*:\s*|\s+)(?:(?:on|am|le|el|il|op|den|at|the)\s+)?"
_LABEL = re.compile(rf"(?:(?P<modified>{_MODIFIED})|{_PUBLISHED}){_ON}(?=\S)", re.IGNORECASE)
_CUT = re.compile(
    r"\s+[|•·–—]\s+|\s+-\s+|(?<=\d{4})\s+(?=by\s)|(?<!first)(?<!originally)(?<!last)(?<!article)(?<!date)(?<!zuletzt)"
    rf"(?<!immediate)(?<!for)[;,.]?\s+[(]?(?=(?:{_MODIFIED}|{_PUBLISHED}){_ON}\S)"
    r"|\s+(?=(?:来源|來源|作者|记者|記者|撰文|编辑|責任編輯|责任编辑)\s*[:：])",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?P<outlet>source|outlet|publication|publisher|newspaper|quelle|fuente|источник|来源|來源)"
    r"|(?P<url>url|link|original|permalink|source)|(?P<section>section|category|rubrik|ressort)"
    r"|(?P<author>authors?|writers?|by|byline|autor(?:in|en|es)?|auteurs?|text|words|reporter"
    r"|авторы?|текст|作者|记者|記者|撰文|文)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"(?:first |originally )?published (?:in|by) (?P<outlet>(?:the )?[A-Z][\w'’&. -]{2,50}?),?"
    r"(?: on)? (?P<day>\d[^\n]{7,20}|[A-Z][a-z]+\.? \d[^\n]{5,12})",
    re.IGNORECASE,
)
_OF = re.compile(r"(?:di|da|door|av|af)\s+(?=[A-Z])")  # "by", where a name and a day follow
_PASSED_OVER = re.compile(r"\d+\s*[- ]?min(?:ute)?s?(?: read)?|\d+ comments?|share", re.IGNORECASE)

_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+|del\s+)?\d{4}"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{4})"
)
_PLACE = r"(?P<place>[^\W\d_][^\n.!?:;()—–\d]{1,60}?)"
_AGENCY = r"(?:\([^()\n]{2,40}\)|/[^/\n]{2,40}/)"
_DATELINE = re.compile(
    rf"{_PLACE}(?:\s+{_AGENCY},?|,)\s+(?:(?:le|den|am|the)\s+)?(?P<day>{_DAY})"
    rf"\s*{_AGENCY}?\s*(?:\.?(?:[—–:]|-{{1,2}})\s|$)",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(
    r"(?:on|in|at|by|from|since|until|after|before|am|im|due|deadline|date|event|when"
    r"|[^\W\d]*(?:day|tag)|(?:mercre|vendre|lun|mar|jeu|same)di|dimanche)\b"
    rf"|{_MODIFIED}\b|{_PUBLISHED}\b",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(
    "of the on de la le les des du del an am der die das upon sur y et".split()
)
_OTHER_STORIES = re.compile(
    r"(?:read more|more (?:stories|from|on)|related|see also|also read|most read|comments?|mehr zum"
    r"|lesen sie|lire aussi|à lire|más noticias|lea también|leggi anche|lees ook)\b",
    re.IGNORECASE,
)


def from_text(draft: Draft) -> None:
    """Offer a draft what its own first and last lines say, where nothing better said it."""
    metadata = draft.metadata
    lines = [line for line in draft.text[:20_000].split("\n") if line]
    head = _head(lines)
    said = [(at, each) for at, line in enumerate(head) for each in masthead(line, metadata) or ()]
    # A date without a label is believed only near the top, and only if it is the only one.
    said = [
        (at, each)
        for at, each in said
        if each[0] != "published" or at < _BARE_DATE or _LABEL.match(head[at])
    ]
    tail = draft.text[max(sum(map(len, head)), len(draft.text) - 3_000) :].split("\n")
    _offer_all([each for _, each in said], metadata)
    for line in lines[:5]:
        if day := dateline(line, metadata):
            metadata.offer("published", day, "dateline in the text")
            break
    _offer_all(_last(tail, metadata), metadata)


def masthead(line: str, metadata: Metadata) -> list[Said] | None:
    """What a line between headline and text says; None when any of it could be something else.

    These are bylines, dates with a day and a year, and both with an outlet, parted by `|` or a
    dash; and labelled lines such as `Source: The Lenton Courier`. `metadata` tells the language.
    """
    line = one_line(line)
    if len(line) > _MAX_LINE or not line:
        return None
    if labelled := _label_and_value(line):
        return _labelled(*labelled)
    if placed := _PLACED.fullmatch(line):  # "First published in The Lenton Courier, 3 March 2024"
        day = _whole_day(placed["day"], metadata)
        return (
            [("outlet", placed["outlet"], _BYLINE), ("published", day, _DATE_LINE)] if day else None
        )
    said: list[Said] = []
    loose: list[Said] = []  # what could be anything if it stood alone
    unknown: list[str] = []
    for part in _CUT.split(line):
        part = _OF.sub("", part.strip(" ()[]*_"))
        stated = _label_and_value(part)
        found = _date(part, metadata) or _credit(part, metadata) or (stated and _labelled(*stated))
        if found:
            said += found
        elif is_outlet(part) and len(part) <= 50 and part[:1].isupper():
            loose.append(("outlet", part, _BYLINE))
        elif is_name(part):
            loose.append(("author", part, _BYLINE))
        elif part and len(part.split()) <= 4 and part[:1].isupper():
            unknown.append(part)
        elif part and not _PASSED_OVER.fullmatch(part):
            return None
    if any(field == "author" for field, _, _ in said):
        loose = [each for each in loose if each[0] != "author"]
    elif unknown:
        return None  # "Council meeting | 3 March 2024"; beside a byline it is a place or a section
    return [*said, *loose] if said else None


def dateline(line: str, metadata: Metadata) -> str | None:
    """The day in the dateline that begins (or is) `line`: `PORT LENTON, March 3, 2024 (AG) —`."""
    found = _DATELINE.match(line[:200])
    if not found:
        return None
    words = re.sub(r"[,/]", " ", found["place"]).split()
    proper = [word for word in words if word[:1].isupper()]
    if not proper or len(words) > 6 or words[0] not in proper:
        return None
    if any(word not in proper and word.casefold() not in _SMALL_WORDS for word in words):
        return None
    if _NO_PLACE.match(found["place"]):
        return None
    if found.end() == len(line) and (len(words) > 3 or not _is_place_alone(found["place"])):
        return None
    return _whole_day(found["day"], metadata)


def _is_place_alone(place: str) -> bool:
    # "Town Hall, 3 March 2024" is where and when something takes place.
    return not re.search(r"(?i)\b(?:hall|meeting|museum|theat|festival|fair|room|school)", place)


def _head(lines: list[str]) -> list[str]:
    """The lines before the text begins."""
    head: list[str] = []
    for line in lines[:_HEAD]:
        if len(line) > _MAX_LINE:
            break
        head.append(line)
    return head


def _last(tail: list[str], metadata: Metadata) -> list[Said]:
    """What labelled dates in the last lines say, unless they may belong to other stories."""
    lines = [line for line in tail if line]
    if any(_OTHER_STORIES.match(line) for line in lines if len(line) < 60):
        return []
    labelled = [line for line in lines[-_TAIL:] if _LABEL.match(line)]
    return [each for line in labelled for each in masthead(line, metadata) or ()]


def _offer_all(said: list[Said], metadata: Metadata) -> None:
    """Offer each field that has one value; days that differ are no answer."""
    for field in dict.fromkeys(field for field, _, _ in said):
        values = [(value, origin) for name, value, origin in said if name == field]
        days = {value[:10] for value, _ in values}
        if field in ("published", "modified") and len(days) > 1:
            continue
        metadata.offer(field, *values[0])


def _label_and_value(line: str) -> tuple[re.Match[str], str] | None:
    """`Source: The Lenton Courier` in its two halves."""
    label, colon, value = line.replace("：", ":", 1).partition(":")
    labelled = _SOURCE.fullmatch(label.strip()) if colon else None
    return (labelled, value.strip()) if labelled else None


def _labelled(label: re.Match[str], value: str) -> list[Said] | None:
    address = web_url(value)
    if address:
        return [("url", address, _BYLINE)] if label["outlet"] or label["url"] else None
    if not value or len(value) > 80 or value.endswith((".", "!", "?")) or label["url"]:
        return None
    if label["author"]:
        author = names(value)
        whole = author is not None and all(
            is_name(each) or is_han_name(each) for each in author.split(", ")
        )
        return [("author", author, _BYLINE)] if author and whole else None
    return [("section" if label["section"] else "outlet", value, _BYLINE)]


def _date(part: str, metadata: Metadata) -> list[Said] | None:
    label = _LABEL.match(part)
    day = _whole_day(part[label.end() :] if label else part, metadata)
    field = "modified" if label and label["modified"] else "published"
    return [(field, day, _DATE_LINE)] if day else None


def _whole_day(written: str, metadata: Metadata) -> str | None:
    if written.isdigit() or len(written) > 60:
        return None
    day = iso_date(written.strip(" ,."), day_first=is_day_first(metadata.get("language") or ""))
    return day if day and len(day) >= len("2025-03-12") else None


def _credit(part: str, metadata: Metadata) -> list[Said] | None:
    """A byline, or an outlet, with the day after it if there is one."""
    for cut in (None, *re.finditer(r",\s+|\s+(?:on|am|le|el|op)\s+", part)):
        byline = credit(part if cut is None else part[: cut.start()])
        day = _whole_day(part[cut.end() :], metadata) if cut else None
        if byline and (cut is None or day):
            return list(_of_byline(byline.author, byline.outlet, day))
        if cut and day and is_outlet(part[: cut.start()]) and part.istitle():
            return [("outlet", part[: cut.start()], _BYLINE), ("published", day, _DATE_LINE)]
    return None


def _of_byline(author: str, outlet: str | None, day: str | None) -> Iterator[Said]:
    yield "author", author, _BYLINE
    if outlet:
        yield "outlet", outlet, _BYLINE
    if day:
        yield "published", day, _DATE_LINE
