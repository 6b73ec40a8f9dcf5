"""The verbs with which an English sentence reports what somebody says, and their traps."""

# Every repetition is bounded, so that no text takes long.
SAY = (
    r"(?:said|says|say|saying|told|tells|telling|added|adds|adding|argued|argues|arguing|claimed|"
    r"claims|claiming|warned|warns|warning|insisted|insists|insisting|explained|explains|"
    r"explaining|noted|notes|noting|stated|states|wrote|writes|writing|called|calls|calling|"
    r"described|describes|describing|announced|announces|announcing|admitted|admits|admitting|"
    r"denied|denies|denying|replied|replies|asked|asks|asking|promised|promises|promising|"
    r"predicted|predicts|predicting|suggested|suggests|suggesting|recalled|recalls|recalling|"
    r"remarked|remarks|believes|believed|thinks|thought|hopes|hoped|fears|feared|complained|"
    r"complains|complaining|urged|urges|urging|vowed|vows|declared|declares|acknowledged|"
    r"acknowledges|conceded|concedes|maintained|maintains|countered|counters|joked|jokes|estimates|"
    r"estimated|confirmed|confirms|pointed|points|stressed|stresses|praised|praises|criticised|"
    r"criticized|criticises|condemned|condemns|dismissed|dismisses|compared|compares|accused|"
    r"accuses|accusing|continued|concluded|concludes|reported|reports|found|reckons|reckoned|"
    r"likened|likens|labelled|labeled|testified|testifies|responded|responds|cautioned|cautions|"
    r"observed|quipped|quips|agreed|agrees|disagreed|disagrees|objected|objects|tweeted|posted|"
    r"boasted|boasts|shouted|whispered|sighed|laughed|assured|assures|contended|contends|alleged|"
    r"alleges|lamented|laments|demanded|demands|ruled|rules|pledged|pledges|revealed|reveals|"
    r"disclosed|counts|counted|quoted|reiterated|repeated|retorted|rejected|rejects|welcomed|"
    r"welcomes|hailed|hails|reasoned|mused|spoke|speaks|speaking|talked|talks|blamed|blames|blaming|"
    r"protested|protests|grumbled|muttered|put|puts|expects|expected|wants|wanted|doubts|doubted|"
    r"disputed|disputes|rebuffed|scoffed|swore|threatened|threatens|proposed|proposes|recommended|"
    r"recommends|defended|defends|attacked|denounced|denounces|apologised|apologized|refused|"
    r"refuses|calculated|calculates|forecast|appealed|appeals|pleaded|commented|comments|"
    r"advised|advises|reminded|reminds|signalled|indicated|indicates|guessed|guesses|remembers|"
    r"remembered|put|declined|declines|comment|respond|reply|regarded|regards)"
)
# These are also something else than saying: with "that", a colon or quotation marks they are not.
ALSO_ELSE = frozenset(
    "found counts counted continued observed posted repeated ruled rules reasoned stressed "
    "reports claims notes demands fears hopes promises estimates pointed points put puts talks "
    "laughed sighed revealed reveals quoted compared compares states maintains "
    "attacked comments protests appeals doubts guesses disputes forecast "
    "advised talked spoke speaks speaking continued calculated signalled indicated "
    "responded concluded reminds jokes vows counters urges".split()
)
# A person does these in words; what a body does so may be a deed.
HUMAN = frozenset(
    "thought expected wanted wants agreed refused refuses remembered defended".split()
)
# Who says nothing is told of by these: would not comment, did not respond, declined to say.
UNSAID = frozenset("comment respond reply".split())
AFTER_ELSE = frozenset("that “ : how what why whether it he she they there him of out no".split())
# Verbs that stand before their subject without a quotation: ", said the mayor."
INVERTED = frozenset(
    "said says added adds announced reported reports explained argued wrote claimed insisted "
    "warned".split()
)
# With these whatever stands before them speaks; with the others it must look able to.
SURELY = frozenset("said says added adds warned told insisted argued explained".split())
NOT_CALLED = frozenset("off in up itself himself herself themselves out upon".split())
BETWEEN = frozenset(
    "has have had also then later once still again since now already often always would will "
    "wouldn't didn't couldn't won't doesn't hasn't haven't could might even himself herself "
    "themselves itself did first twice both never not".split()
)
PASSIVE = frozenset("was were is are been be being am get got gets".split())
# What is dismissed by words.
SAID_OF = (
    r"“|as|(?:(?:the|all|any|these|those|such|his|her|its|their|an?) )?(?:\w+ )?(?:claims?|ideas?|"
    r"reports?|suggestions?|fears?|criticisms?|allegations?|complaints?|concerns?|calls?|proposals?|"
    r"plans?|figures?|accusations?|talk|rumours?|calculation)"
)
