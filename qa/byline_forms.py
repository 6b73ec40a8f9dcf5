"""The forms of questions about the byline, as regular expressions. Rules for English."""

import re
from typing import Literal

Wanted = Literal["author", "published", "modified", "outlet", "list", "count", "names"]

PIECE = (
    r"(?:article|story|stories|piece|post|blog post|interview|column|coverage|correction|editorial|"
    r"opinion piece|op-ed|news item|item|obituary|review|feature|dispatch|write-up)s?"
)
OUTLET = (
    r"(?:outlet|newspaper|paper|magazine|publication|site|website|blog|broadcaster|news agency|"
    r"agency|source|journal|newsroom)s?"
)
_AUTHOR = r"(?:author|writer|reporter|journalist|byline)s?"
# What stands for one article; a title is replaced by "it" before.
_IT = rf"(?:(?:it|this|that)|(?:the|this|that|these) (?:[\w'’-]+ ){{0,4}}?{PIECE}\b.*?)"
_NEAR = rf"(?:the|this|that|these) (?:[\w-]+ ){{0,3}}?{PIECE}\b"
_WHEN = r"(?:when|(?:on |in )?(?:what|which) (?:day|date|month|year))"

# What they ask of one article, or of those on a topic; tried in this order.
_OF_ARTICLES: tuple[tuple[Wanted, str], ...] = (
    (
        "author",
        rf"\bwho (?:wrote|has written|writes|reported|reports) (?:about|on)\b"
        rf"|\bwho (?:wrote|authored|reported|filed|penned|is behind) {_NEAR}"
        rf"|\bwho (?:wrote|authored|penned|filed|is behind) (?:it|this|that)\b|\bwho covered\b"
        rf"|\bwho(?: (?:is|was|are|were)|['’]s) the (?:author|writer|reporter|journalist)s?\b"
        rf"(?: of| behind)?"
        rf"|\b(?:what is|what['’]s|name|tell me) (?:the name of )?the (?:author|writer)s?(?: of)? "
        rf"(?:it|{_NEAR})"
        rf"|\bby wh(?:om|ich {_AUTHOR}) (?:was|were|is|are) {_IT} (?:written|authored|reported)\b"
        rf"|\bwho(?:m)? (?:was|were|is|are) {_IT} (?:written|authored|reported) by\b"
        rf"|\bwhich (?:author|writer|reporter|journalist)s? (?:wrote|covered|reported)(?: about|"
        rf" on)?\b"
        rf"|\bwhose (?:{PIECE}|byline)\b",
    ),
    (
        "modified",
        rf"\b{_WHEN} (?:was|were) {_IT} (?:last )?(?:updated|modified|edited|changed|revised)\b",
    ),
    (
        "published",
        rf"\b{_WHEN} (?:was|were|did) {_IT} "
        rf"(?:(?:first )?(?:published|posted|written|printed)|appear|come out|run)\b"
        rf"|\b(?:what is|what['’]s) the (?:publication )?date of (?:it\b|the (?:publication|"
        rf"publishing) of it\b|(?:the|this|that) (?:[\w-]+ ){{0,3}}?{PIECE}\b)"
        rf"|\bwhen did .{{2,60}}? (?:publish|post|run|report on|write about)\b",
    ),
    (
        "outlet",
        rf"\b(?:which|what) (?:news )?{OUTLET} (?:has |have |had )?(?:covered|reported|ran|run|"
        rf"wrote|written|published|carried|covers?|reports?|printed|posted)(?: about| on)?\b"
        rf"|\b(?:in |by |on )(?:which|what) (?:news )?{OUTLET} (?:was|were|did|is) {_IT} "
        rf"(?:published|printed|posted|carried|written|appear|run|come out)\b"
        rf"|\b(?:which|what) (?:news )?{OUTLET} (?:was|were|did|is) {_IT} "
        rf"(?:(?:published|printed|posted|appear|run) )?(?:in|by|from|on)\b"
        rf"|\bwhere (?:was|were|did) {_IT} (?:published|printed|posted|appear|run|come out)\b"
        rf"|\bwho (?:published|printed|ran|carried|posted) (?:it|{_NEAR})\b",
    ),
)
OF_ARTICLES = tuple((wanted, re.compile(form, re.IGNORECASE)) for wanted, form in _OF_ARTICLES)

# Asks for the articles of an author, an outlet or a time, which it must name.
LIST = re.compile(
    rf"\b(?:what is there|what's there|what do you have|what have you got|is there anything|"
    rf"anything|everything|something|what else is there|"
    rf"(?:what|which)(?! (?:[\w-]+ ){{0,4}}?"
    rf"(?:did|does|do|will|would|can|could|should|must|may)\b)|"
    rf"(?:what|which) {PIECE} do you have|"
    rf"list|show)\b.{{0,40}}\b(?:by|from)\b"
    rf"|\bwhat (?:did|has|have|does) .{{2,40}} (?:write|written|publish|published|cover|"
    rf"covered)\b(?! that)"
    rf"|(?<!according to )(?<!according to the )"
    rf"\b{PIECE} (?:by|from|since|before|after|in|until)\b"
    rf"|\b(?:what|which {PIECE}|anything|everything|something) "
    rf"(?:(?:was|were|is|are|has|have) )?(?:been )?"
    rf"(?:there|published|posted|printed|new|appeared)\b|\bwhat['’]s (?:there|new)\b",
    re.IGNORECASE,
)

# "What did Finch write about the strike?": what the articles say of it comes first.
WROTE = re.compile(r"\bwhat (?:did|has|have|does) .{2,40} (?:write|written|cover|covered)\b", re.I)

ORDER = r"(?P<order>oldest|earliest|newest|latest|most recent|youngest)"
# A whole question about what the library holds; `tail` has to say nothing else.
_WHOLE: tuple[tuple[Wanted, str], ...] = (
    ("count", rf"how many (?:different |other |of the )?{PIECE}"),
    (
        "names",
        rf"(?:(?:from |by )?(?:which|what)(?: (?:are|is) the)?|list|show(?: me)?|name|how many)"
        rf" (?:all |the |different |of the )*(?:news )?"
        rf"(?:(?P<authors>{_AUTHOR})|(?P<outlets>{OUTLET}))",
    ),
    (
        "list",
        rf"(?:(?:what|which)(?: (?:is|was|are|were)|['’]s)?|show(?: me)?|give me|find(?: me)?)"
        rf" (?:the |your |my )?{ORDER} {PIECE}"
        rf"|(?:which|what) {PIECE}(?P<head>.*?) (?:is|was) (?:the )?"
        rf"{ORDER.replace('order', 'rank')}",
    ),
    (
        "list",
        rf"(?:list|show(?: me)?|find(?: me)?|give me|which|what) (?:all |the |of the )*{PIECE}"
        r"|what (?:do you have|have you got|is there)|what['’]s there",
    ),
)
WHOLE = tuple(
    (wanted, re.compile(rf"^\W*(?:and |so |but )?(?:{form})\b(?P<tail>.*)$", re.IGNORECASE))
    for wanted, form in _WHOLE
)
# "the newest article", as part of a question about its byline.
ORDERED = re.compile(rf"\bthe {ORDER} (?={PIECE})", re.IGNORECASE)
# Before the subject of the articles that are wanted.
ABOUT = re.compile(
    r"\b(?:about|on|regarding|concerning|mention|mentions|mentioning|covering|cover|covers|"
    r"(?:deal|deals|dealing) with|discuss|discussing|tell of|that tell about)\s+(?=\w)",
    re.IGNORECASE,
)
# What a question about the library may say without saying more.
FILLER = frozenset(
    "are is were was be do does did have has had been there you we i got get library collection "
    "hold holds contain contains include includes in total all altogether here now published "
    "posted printed written write wrote publish run ran appear appeared come came out exist by from"
    " the of that which this your my at present stored known represented covered dated with who "
    "a an any so far and to for me articles article stories pieces posts outlets authors "
    "ever first".split()
)


def alternatives(found: re.Match[str], *names: str) -> str:
    """The first of these groups that took part in a match, "" for none."""
    return next((found[name] for name in names if found.groupdict().get(name)), "")
