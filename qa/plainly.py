"""A question in plainer words: what it says only to ask is taken out of what is looked for.

"What figure is given for the price of the barn" asks for the price of the barn, "who spoke of half
a loaf" for who said it, "what was written about how many came" for how many came. An article has
none of the words in between. Rules for English.
"""

import re

# What is measured, as a noun: to be told of it is to be told its value.
_MEASURE = (
    r"(?:price|cost|costs|value|size|length|width|height|depth|weight|age|amount|total|magnitude|"
    r"strength|toll|death toll|fee|fine|fare|budget|salary|wage|pay|profits?|loss(?:es)?|turnover|"
    r"revenues?|population|temperature|speed|distance|capacity|attendance|crowd|turnout|majority|"
    r"damage|duration|rent|rate|share|score|date|bail|insurance|prize|reward|sum|ransom|debts?)"
)
_NEWS = (
    r"(?:given|named|reported|quoted|stated|cited|mentioned|put|published|printed|shown|written|"
    r"said|told)"
)
_KNOW = (
    rf"what (?:do we know|(?:is|was|were|are|has been|have been) (?:being )?(?:known|{_NEWS})|"
    rf"(?:did|does|do) (?:say|report|write|tell))(?: to us)? (?:about|on|of|regarding|concerning)"
)
_ASKING = r"(?=(?:how|what|why|when|who|whom|whose|where|which)\b)"
_FORMS: tuple[tuple[str, str], ...] = (
    (rf"^\W*{_KNOW} {_ASKING}", ""),
    (rf"^\W*{_KNOW} (?:the )?numbers? of ", "How many "),
    (rf"^\W*{_KNOW} (?:the )?amount of ", "How much "),
    (rf"^\W*{_KNOW} (?=the (?:\w+ ){{0,2}}?{_MEASURE}\b)", "What is "),
    (
        rf"^\W*(?:what|which) (?:figures?|numbers?|sums?|amounts?|values?)"
        rf" (?:is|was|are|were|has been|have been) {_NEWS} (?:for|as|of|about) "
        rf"(?=(?:the )?(?:\w+ ){{0,2}}?{_MEASURE}\b)",
        "What is ",
    ),
    (
        rf"^(\W*(?:what|which) (?:[\w-]+ ){{1,3}}?)(?:is|was|are|were) {_NEWS} for\b",
        r"\1for",
    ),
    # Who says it, however the saying is called.
    (
        r"\b(?:according to whom|in whose (?:words|views?|opinion|eyes|judge?ment|account))"
        r"(?: (?:did|does|do|is|was|were|are|has|have|had|will|would|could|can|should))?\b",
        "who said",
    ),
    (
        r"\bwho (?:is|was|gets|got) quoted(?: as)?(?: saying)?(?: (?:that|on|about))?\b|"
        r"\bwho(?:se)? (?:words|phrase|line|comment) (?:was|were|is|are)(?: it)?(?: that)?\b",
        "who said",
    ),
    (
        r"\b(who)(?: \w+ly)? (?:spoke|speaks|talked|talks|complain(?:ed|s)|warn(?:ed|s)|"
        r"boast(?:ed|s)|joke[ds]|muse[ds]|grumble[ds]|asked|asks|plead(?:ed|s)|appeal(?:ed|s)|"
        r"hint(?:ed|s)|wrote|writes|dream(?:s|ed|t)) (?:of|about|for|at|against)\b",
        r"\1 said",
    ),
    (
        r"\b(who)(?: \w+ly)? (?:compare[ds]|liken(?:ed|s))"
        r"(?: (?:him|her|it|them)sel(?:f|ves))?((?: [^\s?]+){0,8}?) (?:to|with)\b",
        r"\1 said\2",
    ),
    (
        r"\b(who)(?: \w+ly)? (?:sees|saw|regard(?:s|ed)|view(?:s|ed)|consider(?:s|ed))"
        r"((?: [^\s?]+){1,8}?) (?:as|to be)\b(?! (?:it|he|she|they|soon|well|much|many)\b)",
        r"\1 said\2",
    ),
    (
        r"\b(who) (?:gave|gives|puts?|reckon(?:s|ed)|estimate[ds])((?: [^\s?]+){1,10}?) (?:as|at)"
        r"(?= [^?]*\d)",
        r"\1 said\2",
    ),
    (
        r"\b(who)(?: \w+ly)? (?:complained|insisted|noted|admitted|added|stated|explained|replied|"
        r"remarked|told \w+|joked|conceded|stressed|pointed out|maintained|acknowledged|lamented|"
        r"confirmed|declared|responded|countered|recalled|quipped|put it)\b(?= (?:that|the|it|he|"
        r"she|they|nobody|no|there|how|what|of)\b)",
        r"\1 said",
    ),
    # The dead are told by who was killed, a toll by what it counts.
    (
        r"\bhow many (?:dead|deaths|fatalities)\b(?: (?:is|are|was|were|have) (?:there|been)\b)?",
        "How many people were killed",
    ),
    (
        r"\b(?:what|how high) (?:is|was|were|has been) the (?:\w+ )?death toll"
        r"(?: of| in| from|(?=\W*$))",
        "How many people were killed in",
    ),
)
_PLAINER = tuple((re.compile(form, re.IGNORECASE), instead) for form, instead in _FORMS)


def plainly(question: str) -> str:
    """The question without the words that only ask; the same question where there are none."""
    for form, instead in _PLAINER:
        plainer = form.sub(instead, question)
        # What it asks for is left.
        if plainer != question and re.search(r"\w\W+\w{3}", plainer):
            question = plainer
    return question
