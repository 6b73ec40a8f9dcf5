"""Words by which English tells persons, bodies and offices from other things."""

import re

# Words that no name or description of a speaker goes on with.
STOPS = frozenset(
    "of for at in from on to by with without after before during since until while when where "
    "that which who whom whose and but or nor if as than then because so although though not "
    "yesterday today tonight earlier later afterwards about against over under into through "
    "between among amid despite near outside inside around per is are was were be been being has "
    "have had do does did will would can could may might must should he she it they we i you him "
    "them us me there here this these those what how why also now once again still yet never "
    "already even just only alone instead out up down off back monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december".split()
)
DETERMINERS = frozenset("the a an its his her their our my one another".split())
PARTICLES = frozenset(
    "de da di del della der den van von bin ibn al el la le dos du ter ten y".split()
)
PREPOSITIONS = frozenset(
    "of for at in from on to by with after before during since until against over under into "
    "through between among amid despite near outside inside around about unlike per via like "
    "than as".split()
)
RANKS = frozenset(
    "governor judge justice minister mayor president chancellor professor doctor captain coach "
    "director senator councillor inspector detective superintendent sergeant commissioner king "
    "queen prince princess bishop archbishop father sister brother secretary chairman chairwoman "
    "chair premier ambassador general colonel major lieutenant admiral officer constable sheriff "
    "prosecutor congressman congresswoman representative deputy chief head vice prime foreign "
    "finance interior health energy education transport dr mr mrs ms prof sir dame lord lady rev "
    "capt sgt gen col sen rep gov former manager engineer union lawyer researcher farmer".split()
)
# What speaks without being a person: the last word of a body or of a role.
BODIES = re.compile(
    r"(?:spokes\w+|minist(?:er|ry)|mayor|president|chair\w*|director|secretary|council\w*|"
    r"compan(?:y|ies)|union|police|agenc(?:y|ies)|governments?|committee|court|judges?|reports?|"
    r"stud(?:y|ies)|survey|poll|inquiry|research\w*|scientists?|residents?|officials?|"
    r"prosecut\w+|witness(?:es)?|board|firm|party|team|authors?|farmers?|owners?|"
    r"neighbours?|operators?|utility|university|institute|commission|organisers?|doctors?|"
    r"lawyers?|engineers?|captain|teachers?|bank|airline|office|club|group|association|charity|"
    r"society|trust|foundation|federation|guild|campaigners?|critics|opposition|regulator|"
    r"watchdog|authority|department|service|church|museum|school|college|hospital|league|"
    r"management|maker|manufacturer|developers?|supplier|retailer|newspaper|paper|magazine|"
    r"station|statement|letter|manager|head|leader|chief|executive|registrar|coach|bosses|"
    r"representative|delegation|family|relatives|parents|pupils?|students?|workers?|staff|"
    r"fans|supporters|activists|protesters|experts?|analysts?|economists?|historians?|winner|"
    r"defence|prosecution|editor|curator|warden\w*|sheriff|coroner|widow|mother|father|daughter|"
    r"son|wife|husband|brother|sister|friend|colleague|player|nurse|midwi(?:fe|ves)|driver|"
    r"pilot|fisherman|fishermen|baker|builder|surgeon|professor|bishop|priest|tenants?|"
    r"landlord|shopkeeper|passengers?|commuters?|crew|volunteers?|founder|inspectors?|auditors?|"
    r"advisers?|parliament|senate|assembly|cabinet|treasury|forecasters?|meteorologists?)",
    re.IGNORECASE,
)
# Of these those that are never one person.
BODY = re.compile(
    r"(?:ministry|council|compan(?:y|ies)|union|police|agenc(?:y|ies)|governments?|committee|court|"
    r"reports?|stud(?:y|ies)|survey|poll|inquiry|board|firm|party|team|operator|utility|university|"
    r"institute|commission|bank|airline|office|club|group|association|charity|society|trust|"
    r"foundation|federation|guild|opposition|regulator|watchdog|authority|department|service|"
    r"church|museum|school|college|hospital|league|management|maker|manufacturer|developers?|"
    r"newspaper|paper|magazine|station|statement|letter|delegation|family|defence|prosecution|"
    r"parliament|senate|assembly|cabinet|treasury|crew|staff|city|town|port|harbour|prison|zoo|"
    r"airport|bakery|insurer|retailer|state|county|clinic|library|supplier|contractor|factory|mill|"
    r"orchestra|theatre|farm|hotel|brewery|yard|chain|\w+s)",
    re.IGNORECASE,
)
# A trade before a name at the beginning of a sentence: "Miller Gus Tranter".
TRADE = re.compile(
    r"(?:\w+(?:ists?|keeper|maker|woman|man|grower|monger|wright|ologist|ician)|miller|butcher|"
    r"grocer|painter|potter|shepherd|crofter|brewer|plumber|carpenter|striker|midfielder|"
    r"defender|singer|actor|actress|poet|composer|sculptor|architect|designer|photographer|"
    r"journalist|reporter|critic|campaigner|veteran|pensioner|trader|dealer|grower|breeder|"
    r"angler|sailor|skipper|climber|runner|rider|swimmer|dancer|writer|author|barrister|"
    r"solicitor|surveyor|planner|banker|broker|cleaner|waiter|neighbour|tutor|vet|chemist)"
    rf"|{BODIES.pattern}",
    re.IGNORECASE,
)
# Reports speak for whoever made them.
MADE = re.compile(r"(?:stud(?:y|ies)|report|survey|poll|inquiry|analysis|paper|review)", re.I)
THINGS = frozenset(
    "institute line bridge museum council union bank park river bay street road isles island "
    "islands group agency university college school hospital court house hall station port "
    "harbour market company society trust foundation association ministry department office news "
    "times post herald courier gazette tribune journal party club team city county state north "
    "south east west new great the of field valley mill square lane avenue royal national central "
    "prize award cup open act bill law committee commission board authority service force police "
    "fire centre center water energy railway grammar academy guild federation league farm hotel "
    "airport church cathedral theatre".split()
)
# Capitals that are no speaker: days, months, and what begins a sentence.
NOBODY = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december but and the a an in on at it this that "
    "these those there what when where why how who i we you yes no if as for after before asked q "
    "critics others some many most all both yesterday today now then later earlier however "
    "meanwhile still last next nobody somebody everybody everyone anyone someone anybody none "
    "nothing everything yet correction".split()
)
