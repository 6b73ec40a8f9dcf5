"""The outlet or author that a question names as where to look, and the question without that.

"According to the Courier", "what did Ekberg write about", "Quill on how long", "as the Post
reported" say which articles may answer. The words that say so are in no article, and are taken out
of what is looked for. Rules for English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.words import WORD, fold

How = Literal["given", "within", "written", "said"]

_PIECE = (
    r"(?:(?:news |opinion |own )?(?:articles?|reports?|stor(?:y|ies)|coverage|pieces?|accounts?|"
    r"columns?|editorials?|posts?))"
)
_WRITES = (
    r"(?:report(?:ed|s)?|writes?|wrote|written|covers?|covered|publish(?:ed|es)?|print(?:ed|s)?|"
    r"g[ai]ves?|given|puts?|names?|named|cites?|cited|quotes?|quoted|mention(?:ed|s)?|carr(?:y|ied)|"
    r"list(?:ed|s)?|state[ds]?|notes?|noted|record(?:ed|s)?)"
)
_SAYS = r"(?:says?|said|claim(?:ed|s)?|tells?|told|think|thought|argue[ds]?|explain|estimate[ds]?)"
# These say what is asked for ("What did the Post call her?"), so they stay.
_DESCRIBES = r"(?:call|called|describe[ds]?|compare[ds]?)"
_DID = r"(?:did|does|do|has|have|had|will|would)"
_EVER = r"(?:(?:\w+ly|also|first|ever|once|have) )?"
_THE = r"(?:the )?"
_ASKING = r"(?=(?:how|what|why|when|who|whom|whose|where|whether|which)\b)"
_KNOW = "What do we know about "
# {name} is put in. Each form, what takes its place, and how it names them; None is as its verb
# says.
_FORMS: tuple[tuple[str, str, How | None], ...] = (
    (
        rf",?\s*\b(?:according to|as (?:reported|told|given|stated|described|published|written|"
        rf"recorded|noted) (?:by|in)|as per|in the pages of|in the (?:words|views?|opinion|eyes|"
        rf"account) of) {_THE}{{name}}(?:[’']s (?:(?P<piece>{_PIECE})|own words)| {_PIECE})?,?",
        " ",
        "given",
    ),
    (rf",?\s*\bas {_THE}{{name}} {_EVER}(?P<verb>{_WRITES}|{_SAYS})\b(?: it\b)?,?", " ", None),
    (
        rf"^\W*what {_DID} {_THE}{{name}}(?P<piece>[’']s {_PIECE})? {_EVER}"
        rf"(?P<verb>{_WRITES}|{_SAYS})(?: (?:us|readers|its readers))? "
        rf"(?:about|on|of|regarding|concerning) (?!that\b)",
        _KNOW,
        None,
    ),
    (
        rf"(?<=\w )\b{_DID} {_THE}{{name}}(?P<piece>[’']s {_PIECE})? {_EVER}"
        rf"(?P<verb>{_WRITES}|{_SAYS})(?: that)?(?= \w)(?! (?:about|on)\b)",
        "",
        None,
    ),
    (rf"^\W*{_THE}{{name}}\s*[:–—-]+\s+", "", "within"),
    (rf"^\W*{_THE}{{name}}(?P<piece>[’']s {_PIECE})? (?:on|about) {_ASKING}", "", "within"),
    (rf"^\W*{_THE}{{name}}(?P<piece>[’']s {_PIECE})? (?:on|about) (?=\w)", _KNOW, "within"),
    (
        rf"^\W*{_THE}{{name}} {_EVER}(?P<verb>{_WRITES}|{_SAYS})(?: that)? {_ASKING}",
        "",
        None,
    ),
    (rf",?\s*\b(?:in|by|from|of) {_THE}{{name}}(?:[’']s)? {_PIECE}(?= |[?.!,]|$)", " ", "within"),
    (
        rf",?\s*\bin (?:an? |the )?{_PIECE} (?:in|by|from|of) {_THE}{{name}}(?=[ ?.!,]|$),?",
        " ",
        "within",
    ),
    (
        rf",?\s*\bin {_THE}{{name}}[’']s? (?:own )?(?:words|views?|opinion|account)(?=[ ?.!,]|$),?",
        " ",
        "said",
    ),
    (rf",?\s*\b(?:in|from) {_THE}{{name}}(?=\s*[?.!,]|$),?", " ", "within"),
    (rf"(?:^|(?<= )){_THE}{{name}}[’']s? {_PIECE}(?=[ ?.!,])", " ", "within"),
)
# These name whose words are wanted and leave what they say of them to be asked.
_LEFT = (
    rf"\b{_DID} {_THE}{{name}} {_EVER}(?P<verb>{_WRITES}|{_SAYS}|{_DESCRIBES})\b",
    rf"\b{_THE}{{name}} (?:has |have |had )?(?P<verb>{_WRITES}|{_SAYS}|{_DESCRIBES})\b",
)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a question says to look under.

    `name` as the library has it, `whole` whether the question has all of it, `rest` the question
    without what says so, `how` it says so: that it is given by them, stands within what is theirs,
    is written by them, or said.
    """

    name: str
    whole: bool
    rest: str
    how: How


def named(text: str, names: Sequence[str], *, outlets: bool = False) -> Named | None:
    """The name among these that a question says to look under, the longest; None without one."""
    best: tuple[int, Named] | None = None
    # The last words of the outlets that have several: "the Courier".
    short = {form for name in names for form in _said_as(name)[1:]} if outlets else set()
    folded = f" {plain(text)} "
    for value in names:
        for name in value.split(", "):
            for number, form in enumerate(_said_as(name)):
                if f" {plain(form)} " not in folded or (best and len(form) <= best[0]):
                    continue
                if form in short and f" the {plain(form)} " not in folded:
                    continue  # "in Ferrier" is no Daily Ferrier
                if found := _without(text, re.escape(form).replace(r"\ ", r"\s+")):
                    best = (len(form), Named(name, not number, *found))
    return best[1] if best else None


def _said_as(name: str) -> list[str]:
    """How a name may be said: whole, without "The", and by its last word."""
    bare = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    last = bare.split()[-1] if bare.split() else ""
    return [form for form in dict.fromkeys((bare, last)) if len(form) > 3]


def _without(text: str, name: str) -> tuple[str, How] | None:
    """The question without what says to look under a name, and how; None where nothing does."""
    for form, instead, how in _FORMS:
        found = re.search(form.format(name=name), text, re.IGNORECASE)
        if not found:
            continue
        rest = f"{text[: found.start()]}{instead}{text[found.end() :]}"
        rest = re.sub(r"\s+([?.!,])", r"\1", " ".join(rest.split())).lstrip(" ,")
        if found.groupdict().get("piece"):
            return rest, "within"
        return rest, how or _how(found["verb"])
    for form in _LEFT:
        if found := re.search(form.format(name=name), text, re.IGNORECASE):
            # "What did the Post say of the bridge?" finds nothing by the Post's name.
            rest = re.sub(rf"\b{_THE}{name}[’']?s?(?!\w) ?", "", text, flags=re.IGNORECASE)
            return rest, _how(found["verb"])
    return None


def _how(verb: str) -> How:
    return "written" if re.fullmatch(_WRITES, verb, re.IGNORECASE) else "said"


def plain(text: str) -> str:
    """The words of a text, as names are compared."""
    return " ".join(WORD.findall(fold(text)))
