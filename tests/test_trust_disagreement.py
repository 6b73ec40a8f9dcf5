"""Articles that differ, over invented articles with the default encoder: each value, or none."""

import pytest

from qa import Assistant

# Question, a word of each value that is to be shown.
DIFFER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("How many people were killed in the flood at Ostrel?", ("19", "23")),
    ("What was the death toll of the flood at Ostrel?", ("19", "23")),
    ("How many people does Dray Motors employ in Torvik?", ("5,400", "6,100")),
    ("How many people work for Dray Motors?", ("5,400", "6,100")),
    ("When will the footbridge over the Lussa gorge open?", ("4 May", "14 May")),
    ("On what date does the new footbridge over the Lussa open?", ("4 May", "14 May")),
    ("Who designed the footbridge over the Lussa gorge?", ("Ada Kestler", "Tobias Kern")),
    ("By whom was the new Lussa footbridge designed?", ("Ada Kestler", "Tobias Kern")),
    ("How many households lost power in storm Greta?", ("18,000", "21,000")),
    ("How many households did storm Greta leave without power?", ("18,000", "21,000")),
    ("How much damage did the flood do to the town of Ostrel?", ("80 million", "110 million")),
    ("How many people were injured at Hask Junction?", ("Seventeen", "23")),
    ("How fast was the train going when it derailed at Hask Junction?", ("60", "85")),
    ("Until when will the line at Hask Junction be closed?", ("Sunday", "Tuesday")),
    ("What magnitude did the quake in the Quarn valley have?", ("6.1", "6.3")),
    ("When does the new library in Lenn open?", ("14 June", "21 June")),
    ("Who designed the library in Lenn?", ("Ines Valdor", "Petra Hollin")),
    ("What will Corran City's new stadium cost?", ("86 million", "104 million")),
    ("Over how many years does the loan for the Corran stadium run?", ("25", "30")),
    ("How many workers are on strike in the glass factory in Garn?", ("380", "290")),
)


@pytest.mark.parametrize(("question", "values"), DIFFER)
def test_each_value_is_shown_with_its_outlet_and_date(
    trusted: Assistant, question: str, values: tuple[str, ...]
) -> None:
    answer = trusted.ask(question)
    assert answer.disagreement is not None, answer.text
    said = [value.value for value in answer.disagreement]
    assert len(said) == len(values), answer.text
    for wanted in values:
        assert any(wanted in value for value in said), answer.text
    assert "articles differ" in answer.text
    for value in answer.disagreement:
        assert value.citations
        for number in value.citations:
            cited = answer.citations[number - 1]
            assert value.value in cited.quote
            assert (cited.outlet or "") in answer.text
            assert (cited.published or "")[:10] in answer.text


# Questions on which no two articles differ: one value, another year, place, quantity or unit.
AGREE: tuple[tuple[str, str], ...] = (
    ("How long is the footbridge over the Lussa gorge?", "212"),
    ("For how much will Fennwick buy Dray Motors?", "1"),
    ("What price will Fennwick pay for Dray Motors?", "1"),
    ("How many visitors came to the lantern festival in Ostrel?", "4"),
    ("Who won the first prize at the lantern festival?", "Ilse Marek"),
    ("How strong was the strongest gust of storm Greta?", "142"),
    ("How much snow lay at the Ardle station in January 2022?", "41"),
    ("How much snow lay at the Ardle station in January 2023?", "86"),
    ("Who won the election in Ostrel in 2019?", "Thorn"),
    ("What was Kaldermark's inflation in February 2023?", "7.1"),
    ("How many people were missing at Ostrel on Tuesday?", "eight"),
    ("How much does a ticket to the lantern festival cost?", "120 crowns"),
    ("How many trees fell on the line to Ostrel?", "Eleven"),
    ("How many volunteers did the trial of the gull flu vaccine have?", "640"),
    ("How many years in prison did Anders Loke get?", "four years"),
    ("How many years in prison had the prosecutor asked for?", "six years"),
    ("How much will the night bus cost a year?", "3 million"),
    ("What was the score of the cup final that Halden Rovers won in 2019?", "2-1"),
    ("How many residents of Ostrel were taken to schools?", "3,000"),
    ("When was the lighthouse of Torvik built?", "1871"),
    ("How many votes did Ruud Ekman win in 2023?", "49"),
    ("How many passengers were on the train that derailed at Hask Junction?", "140"),
    ("When did the Hask Junction accident happen?", "7.52"),
    ("How many people died in the Quarn valley in 1968?", "19"),
    ("How much has the Lenn library cost?", "4.2 million"),
    ("How many books will the new library in Lenn hold?", "60,000"),
    ("How long is the pilgrim path from Varn to St Elwin?", ""),
    ("What is the length of the path to the abbey of St Elwin?", ""),
    ("How many volunteers worked on the pilgrim path?", ""),
    ("How many spectators will the new stadium in Corran hold?", "24,000"),
)


@pytest.mark.parametrize(("question", "says"), AGREE)
def test_what_does_not_differ_is_not_said_to(trusted: Assistant, question: str, says: str) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and says in answer.sentences[0].text, answer.text
    assert answer.disagreement is None, answer.text


def test_copies_of_one_story_are_one_voice(trusted: Assistant) -> None:
    answer = trusted.ask("How many people were killed in the flood at Ostrel?")
    nineteen = [cited for cited in answer.citations if "19" in cited.quote]
    assert len(nineteen) == 1 and len(nineteen[0].also_in) == 1


def test_within_the_dates_asked_for_nothing_else_differs(trusted: Assistant) -> None:
    question = "How many people were killed in the flood at Ostrel?"
    answer = trusted.ask(question, start="2024-06-07")
    assert "23" in answer.sentences[0].text and answer.disagreement is None


def test_one_article_alone_does_not_differ(trusted: Assistant) -> None:
    answer = trusted.ask("How many people does Dray Motors employ?", outlet="The Kalder Ledger")
    assert "6,100" in answer.sentences[0].text and answer.disagreement is None
