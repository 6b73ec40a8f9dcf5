"""The forms in which an English sentence names who says it: "said Brough", "according to ...".

What a sentence says by itself; `qa.speech` follows a speaker over several.
"""

import re

# Every repetition is bounded, so that no text takes long.
SAY = (
    r"(?:said|says|say|saying|told|tells|added|adds|argued|argues|claimed|claims|warned|"
    r"warns|insisted|"
    r"insists|explained|explains|noted|notes|stated|states|wrote|writes|called|calls|"
    r"described|describes|"
    r"announced|announces|admitted|admits|denied|denies|replied|replies|asked|asks|"
    r"promised|promises|"
    r"predicted|predicts|suggested|suggests|recalled|recalls|remarked|remarks|believes|"
    r"believed|thinks|"
    r"thought|hopes|hoped|fears|feared|complained|complains|urged|urges|vowed|declared|declares|"
    r"acknowledged|conceded|concedes|maintained|maintains|countered|joked|estimates|estimated|"
    r"confirmed|confirms|pointed out|points out|stressed|stresses|praised|criticised|criticized|"
    r"condemned|dismissed|compared|accused|continued|concluded|reported|reports|found|reckons|"
    r"likened|labelled|labeled|testified|responded|cautioned|observed|testifies|quipped|agreed|agrees|"
    r"disagreed|disagrees|objected|objects|tweeted|posted|put it|puts it|boasted|shouted|whispered|"
    r"sighed|laughed|assured|assures|contended|contends|alleged|alleges|lamented|laments|"
    r"demanded|demands|ruled|rules|pledged|pledges|revealed|reveals|disclosed|counts|counted|"
    r"quoted|reiterated|repeated|retorted|rejected|welcomed|hailed|reasoned|mused)"
)
NAME = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Dame|Lord|Lady|St|Rev|Capt|Sgt|Gen|Col|Sen|Rep|Gov)\.?\s{1,3})?"
    r"[^\W\d_a-zß-ÿ][\w’'.-]{0,30}(?:\s{1,3}(?:(?:de|da|di|del|della|der|den|van|von|bin|ibn|al|el|la|le|"
    r"dos|du|ter|ten|y|of|the)\s{1,3}){0,2}[^\W\d_a-zß-ÿ][\w’'.-]{0,30}){0,6}"
)
_ROLE = (
    r"(?:spokes(?:man|woman|person)|minister|mayor|president|chair(?:man|woman)?|director|"
    r"secretary|"
    r"council|ministry|company|union|police|agency|government|committee|court|judge|report|study|"
    r"survey|researchers?|scientists?|residents?|officials?|prosecutors?|witness(?:es)?|board|"
    r"firm|party|team|authors?|farmers?|owners?|neighbours?|operator|utility|university|institute|"
    r"commission|operators?|organisers?|doctors?|lawyers?|engineers?|captain|teacher|bank|airline)"
)
_BODY = (
    rf"(?:(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir)\s{{1,3}}(?:[\w’'-]{{1,30}}\s{{1,3}}){{0,3}}?{_ROLE}\b"
    rf"(?:\s{{1,3}}(?:of|for)\s{{1,3}}(?:(?:the\s{{1,3}}|an?\s{{1,3}})?(?:[a-zß-ÿ][\w’'-]{{0,30}}\s{{1,3}}){{0,3}}?{NAME}"
    r"|(?:the\s{1,3})?[\w’'-]{1,30}))?)"
)
_BODY_NAME = rf"(?:[Tt]he\s{{1,3}}{NAME}(?:\s{{1,3}}(?:and|&)\s{{1,3}}{NAME})?)"
_WHO = rf"(?<!\w)(?:{_BODY_NAME}|{NAME}|{_BODY}|he|she|they|He|She|They)(?!\w)"
# What may stand between a speaker and the verb: "Brough, the union's general secretary, said".
_ASIDE = r"(?:,\s[^,“”\"]{2,90},|\s\([^)]{1,60}\))?"
_ALSO = r"(?:(?:has|have|had|also|then|later|once|still|again|since|who|which)\s{1,3}){0,2}"
# "the shipowner", "a retired surveyor": what may stand before a name.
_DESCRIBED = (
    r"(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir)\s{1,3}|[\w.-]{1,30}[’']s?\s{1,3})?"
    r"(?:(?!(?:of|for|from|at|in|on|to|that|and|by|with|as|he|she|it|they|we|i)\b)"
    r"[a-zß-ÿ][\w’'-]{0,30}\s{1,3}){1,5}"
)
_BY = r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion) of)\s{1,3}"
_TOLD = (
    # "according to the museum's director, Wilma Kreis"
    re.compile(
        rf"{_BY}(?:[\w’'-]{{1,30}}\s{{1,3}}){{1,8}}?"
        rf"[a-zß-ÿ][\w’'-]{{0,30}},\s{{1,3}}(?P<who>{NAME})(?=[,.;:”\"]|$)"
    ),
    re.compile(rf"{_BY}{_DESCRIBED}(?P<who>{NAME})"),
    re.compile(
        rf"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion) of)\s{{1,3}}(?P<who>{_WHO})"
    ),
    re.compile(
        r"\b[Aa]ccording to\s{1,3}(?P<who>(?:the|an?|his|her|its|their)\s"
        r"(?:[\w’'-]{1,30}\s){0,3}?[\w’'-]{1,30})"
        r"(?=\s(?:who|that|which|and|in|of|at|on)\b|[,.;:”\"]|$)"
    ),
    re.compile(
        rf"\b(?:described|called|denounced|praised|dismissed|hailed|labelled|condemned|seen)\b"
        rf"[^.“”\"]{{0,80}}?(?:[“\"][^”\"]*[”\"])?[^.“”\"]{{0,20}}?\bby\s{{1,3}}(?P<who>{_WHO})"
    ),
    # "The head warden, Lachlan Meek, said"
    re.compile(
        rf"\b[a-zß-ÿ][\w’'-]{{0,30}}(?:\s(?:of|for|at|in)\s(?:the\s)?{NAME})?,\s(?P<who>{NAME}),"
        rf"\s{{1,3}}{_ALSO}{SAY}\b"
    ),
    # "Brough, who had asked for more, disagreed: “"
    re.compile(rf"(?:^|\bAs\s)(?P<who>{_WHO}){_ASIDE}\s[^“”\"«».:]{{0,60}}:\s*[“\"«„]"),
    re.compile(rf"(?P<who>{_WHO}){_ASIDE}\s{{1,3}}{_ALSO}{SAY}\b"),
    re.compile(rf"[”\"’,]\s*{SAY}\s{{1,3}}{_DESCRIBED}(?P<who>{NAME})"),
    re.compile(rf"[”\"’,]\s*{SAY}\s{{1,3}}(?P<who>{_WHO})"),
    re.compile(rf"(?:^|[”\"]\s*){SAY}\s{{1,3}}(?P<who>{_WHO})"),
    # "the winner said"
    re.compile(
        rf"(?:^|[”\",]\s*)(?P<who>[Tt]he\s(?:[\w’'-]{{1,30}}\s){{0,2}}?[\w’'-]{{1,30}})\s{{1,3}}(?:also\s)?{SAY}\b"
    ),
)
# A line of an interview: "Verhage: An empty tower dies."
_LABEL = re.compile(rf"^\W{{0,3}}(?P<who>{NAME})\W{{0,2}}:\s")
_RANKS = frozenset(
    "governor judge justice minister mayor president chancellor professor doctor captain coach "
    "director senator councillor inspector detective superintendent sergeant commissioner king "
    "queen prince princess bishop archbishop father sister brother secretary chairman chairwoman "
    "chair premier ambassador general colonel major lieutenant admiral officer constable sheriff "
    "prosecutor congressman congresswoman representative deputy chief head vice prime foreign "
    "finance interior health energy education transport dr mr mrs ms prof sir dame lord lady rev "
    "capt sgt gen col sen rep gov former manager engineer union lawyer".split()
)
PRONOUNS = frozenset({"he", "she", "they"})
OPENING, CLOSING = "“«„", "”»"
QUOTED = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»]")
# Capitals that are no speaker: days, months, and what begins a sentence.
NOBODY = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june "
    "july august september october november december but and the a an in on at it this that these "
    "those there what when where why how who i we you yes no if as for after before asked q "
    "critics others some many most all both".split()
)
# What names places and bodies, not persons.
THINGS = frozenset(
    "institute line bridge museum council union bank park river bay street road "
    "isles island islands "
    "group agency university college school hospital court house hall station port harbour market "
    "company society trust foundation association ministry department office news "
    "times post herald "
    "courier gazette tribune journal party club team city county state north south east west new "
    "great the of field valley mill square lane avenue royal national central prize award cup open "
    "act bill law committee commission board authority service force police fire "
    "centre center".split()
)


def named(sentence: str) -> str | None:
    """The speaker that a sentence itself names, a pronoun as it is."""
    label = _LABEL.match(sentence)
    if label and label["who"].lower() not in NOBODY and len(label["who"].split()) <= 4:
        return bare(label["who"])
    # The name of a speaker stands outside of what is quoted.
    plain = QUOTED.sub(lambda found: "“" + " " * (len(found[0]) - 2) + "”", sentence)
    for form in _TOLD:
        for found in form.finditer(plain):
            who = bare(found["who"])
            if who and who.lower() not in NOBODY:
                return who
    return None


def bare(name: str) -> str:
    """A name without a title, a possessive and what the sentence put in front of it."""
    name = re.sub(r"(?:’s|'s)$", "", name.strip(" ,.;:"))
    parts = name.split()
    while parts and parts[0].lower().strip(".,") in NOBODY - {"the", "a", "an"} and len(parts) > 1:
        parts = parts[1:]
    rest = list(parts)
    while len(rest) > 1 and rest[0].lower().strip(".") in _RANKS:
        rest = rest[1:]
    # "Governor Brekke", but "Union Bank" and "Health Secretary" are no names behind a rank.
    if rest and rest[-1].lower() not in THINGS | _RANKS:
        parts = rest
    if parts and parts[0] in ("The", "A", "An") and len(parts) > 1:
        parts[0] = parts[0].lower()
    return " ".join(parts)
