"""Who says it, over invented articles with the default encoder: speakers, outlets, opinion."""

import pytest

from qa import Assistant, Turn

# Question, what the first sentence says, who says it (None: nobody is named).
CASES: tuple[tuple[str, str, str | None], ...] = (
    ("Who said that the dam held?", "The dam held", "Hanne Brekke"),
    ("What did Hanne Brekke say about the dam?", "dam", "Hanne Brekke"),
    ("What did Governor Brekke promise about the lower town?", "same stones", "Hanne Brekke"),
    ("Who heard the bridge go?", "We heard the bridge go", "Milan Dorvic"),
    ("What did the baker Milan Dorvic say?", "heard the bridge", "Milan Dorvic"),
    ("Who said 'We would rather be early than sorry'?", "early than sorry", "Liv Aanstad"),
    ("Who called the central bank's decision a mistake?", "a mistake",
     "the Chamber of Small Firms"),
    ("What did Oskar Venn tell the news conference?", "fever is down", "Oskar Venn"),
    ("Who said the fever was down?", "The fever is down", "Oskar Venn"),
    ("What did Bjarne Holt say about draws?", "Nobody here remembers the draws", "Bjarne Holt"),
    ("What did Aksel Dunn write on X?", "cup of 2019 is yours", "Aksel Dunn"),
    ("Who said that Holt had learned of the decision from the radio?", "radio", "Rita Samms"),
    ("According to Holt's agent, how did he learn of the decision?", "radio", "Rita Samms"),
    ("What did Marta Quill say after the match?", "not slept for a week", "Marta Quill"),
    ("What did captain Jonah Pryce tell the Chronicle?", "came as a boy", "Jonah Pryce"),
    ("How did Paulina Orsk describe the deal?", "marriage of two stubborn", "Paulina Orsk"),
    ("Who called the deal a marriage of two stubborn families?", "marriage", "Paulina Orsk"),
    ("Who complained that nobody asked the people who build the things?", "Nobody asked",
     "Ingrid Moll"),
    ("What did Ingrid Moll say?", "", "Ingrid Moll"),
    ("What did Fennwick's spokesman say about jobs?", "no job would go before 2027",
     "a spokesman for Fennwick"),
    ("What did Esther Valdane say about the mirror?", "crack as thin as a hair", "Esther Valdane"),
    ("What did Esther Valdane say about dust?", "Dust", "Esther Valdane"),
    ("What did the judge say about Loke?", "sold the harbour berth by berth", "Mirjam Sole"),
    ("Who said Loke had sold the harbour berth by berth?", "berth by berth", "Mirjam Sole"),
    ("What did Carla Nystad say about the presents?", "presents, not bribes", "Carla Nystad"),
    ("What did Loke's lawyer say?", "", "Carla Nystad"),
    ("Who trusted the harbour master for twenty years?", "trusted him for twenty years",
     "Gerd Haavik"),
    ("Who said that Loke was at a daughter's wedding?", "daughter’s wedding", "Gerd Haavik"),
    ("Who said 'And all that time he was counting'?", "counting", "Gerd Haavik"),
    ("What did the ministry of transport say about the berths?", "put out to tender",
     "the ministry of transport"),
    ("What did Wilma Kreis say about the comb?", "comb", "Wilma Kreis"),
    ("Who said that the comb cannot be made again?", "cannot be made again", "Wilma Kreis"),
    ("How did the police union describe the security of the museum?", "open door with a bell",
     "the police union"),
    ("Who said 'They walked in'?", "They walked in", "Ruben Falk"),
    ("How did the mayor of Brisk put it?", "They", "Ruben Falk"),
    ("What did Odd Reinhardt say about wolves and winters?", "better at winters", "Odd Reinhardt"),
    ("What did Hilde Thorn promise her supporters?", "cannot see from my window", "Hilde Thorn"),
    ("What did Ruud Ekman reply about the baths?", "before the swallows leave", "Ruud Ekman"),
    ("What did Thorn say about Ekman?", "He always was slow", "Hilde Thorn"),
    ("Who said that Ekman always was slow?", "He always was slow", "Hilde Thorn"),
    ("What did Nordnett's spokeswoman say?", "warned of exactly this",
     "a spokeswoman for the grid operator Nordnett"),
    ("What did Leif Munk say about the warning?", "Nobody warned me", "Leif Munk"),
    ("Who said Leif Munk should be ashamed?", "should be ashamed", "Birgit Solum"),
    ("What did the energy minister say about the chairman of Nordnett?", "should be ashamed",
     "Birgit Solum"),
    ("Who described the budget as a budget without a bow tie?", "bow tie", "Ottilie Brun"),
    ("What did the weather service say about gusts?", "142", "the weather service"),
    # What an article tells by itself is nobody's.
    ("How many employees work for Dray Motors in Torvik?", "Dray Motors employs", None),
    ("How much did the footbridge over the Lussa gorge cost?", "9.6 million", None),
    ("What did the quarry's manager say about the inspection?", "inspection on Friday",
     "Fraser Gunn"),
    ("Who said the book was not enough?", "the book was not enough", "Fraser Gunn"),
    ("What did the widow of Alan Reid tell reporters?", "no sum would do", "Catriona Reid"),
    ("According to the sheriff, how long was the report left unread?", "four months",
     "Agnes Dalgleish"),
    ("Who described closing the ward as a tax on being far away?", "far away",
     "Rhodri Vaughan-Leigh"),
    ("What did the minister's spokesman say about closures?", "matter for trusts",
     "a spokesman for the minister"),
    ("Who said 'I will be sent the bill for the blanket'?", "blanket", "Sioned Hale"),
    ("What did Wynn Abbot ask for?", "further ambulance", "Wynn Abbot"),
    ("Who called the calculation arithmetic with the siren on?", "siren on", "Amrita Sandhu"),
    ("What did the Ebbing Riders' founder say about the delay?", "eleven-minute delay",
     "Lotte Grimshaw"),
    ("What did Calder county council say about the fare rise?", "about as early",
     "Calder county council"),
    ("Who compared the glacier to a river being switched off?", "switched off", "Ivar Moen"),
    ("What did Gro Halvard say about the first mark?", "birch wood", "Gro Halvard"),
    ("what did the soprano say about cough drops", "cough drops", "Bettina Craw"),
    ("What did the general manager call the walkout?", "tantrum", "Rupert Stansfield"),
    ("Who had to fetch their mug?", "fetch my mug", "Ruth Ansah"),
    ("How many pupils does the school in Lindmoor have?", "38 pupils", None),
    ("When will the night bus begin to run?", "April", None),
    ("How many berths does the harbour of Torvik have?", "41 berths", None),
)  # fmt: skip


@pytest.mark.parametrize(("question", "says", "who"), CASES, ids=lambda value: str(value)[:60])
def test_a_sentence_is_cited_with_who_says_it(
    trusted: Assistant, question: str, says: str, who: str | None
) -> None:
    answer = trusted.ask(question)
    assert not answer.refused, answer.text
    cited = answer.citations[0]
    assert says in cited.quote, answer.text
    assert cited.speaker == who, answer.text


# Question, outlet, what the first sentence says.
OUTLETS: tuple[tuple[str, str, str], ...] = (
    ("According to The Kalder Ledger, how many people does Dray Motors employ?",
     "The Kalder Ledger", "6,100"),
    ("According to Harbour Business Daily, how many people does Dray Motors employ?",
     "Harbour Business Daily", "5,400"),
    ("How many visitors came to the lantern festival, according to the Daily Lantern?",
     "The Daily Lantern", "41,000"),
    ("What does The Ostrel Post say about the opening of the footbridge?", "The Ostrel Post",
     "4 May"),
    ("Who designed the footbridge over the Lussa gorge, as reported by the Lantern?",
     "The Daily Lantern", "Tobias Kern"),
    ("In the Morning Chronicle's report, how many households were without power after Greta?",
     "The Morning Chronicle", "18,000"),
    ("How many households were without power in the Kalder Ledger's report on Greta?",
     "The Kalder Ledger", "21,000"),
)  # fmt: skip


@pytest.mark.parametrize(("question", "outlet", "says"), OUTLETS)
def test_an_outlet_that_is_named_is_the_one_that_answers(
    trusted: Assistant, question: str, outlet: str, says: str
) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and says in answer.sentences[0].text, answer.text
    assert {cited.outlet for cited in answer.citations} == {outlet}
    assert answer.scope.outlet == outlet and answer.disagreement is None


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Hanne Brekke say about the museum?", "Hanne Brekke"),
        ("What did Carla Nystad say about the storm?", "Carla Nystad"),
        ("What did Ruud Ekman say about wolves?", "Ruud Ekman"),
        ("What did Ivar Moen say about the walkout?", "Ivar Moen"),
        ("What did Fraser Gunn say about the maternity ward?", "Fraser Gunn"),
    ],
)
def test_what_somebody_did_not_say_is_not_put_in_their_mouth(
    trusted: Assistant, question: str, speaker: str
) -> None:
    answer = trusted.ask(question)
    assert all(cited.speaker == speaker for cited in answer.citations), answer.text


def test_a_follow_up_may_name_another_outlet(trusted: Assistant) -> None:
    before = "According to Harbour Business Daily, how many people does Dray Motors employ?"
    first = trusted.ask(before)
    answer = trusted.ask("And according to the Kalder Ledger?", [Turn(before, first)])
    assert "6,100" in answer.sentences[0].text and answer.scope.outlet == "The Kalder Ledger"


def test_a_follow_up_may_name_another_speaker(trusted: Assistant) -> None:
    before = "What did Ruud Ekman say about the election?"
    first = trusted.ask(before)
    answer = trusted.ask("And what did Hilde Thorn say?", [Turn(before, first)])
    assert not answer.refused and answer.citations[0].speaker == "Hilde Thorn", answer.text


def test_an_opinion_piece_is_marked_and_a_report_is_not(trusted: Assistant) -> None:
    opinion = trusted.ask("Should the state have bought the works at Torvik?")
    assert opinion.citations[0].opinion and "should have bought" in opinion.citations[0].quote
    report = trusted.ask("What did Ingrid Moll say about the sale of Dray?")
    assert not report.citations[0].opinion


def test_a_columnist_is_asked_by_name(trusted: Assistant) -> None:
    answer = trusted.ask("What does Balder Thyme think of the state buying the works at Torvik?")
    assert not answer.refused and answer.citations[0].author == "Balder Thyme", answer.text


@pytest.mark.parametrize(
    "question",
    ["Who said that the glacier smells of tar?", "What did Ruth Ansah say of eels?"],
)
def test_what_nobody_said_is_refused(trusted: Assistant, question: str) -> None:
    answer = trusted.ask(question)
    assert answer.refused and answer.nearest, answer.text
