"""A correction beats what it corrects, over invented articles with the default encoder."""

import pytest

from qa import Assistant

# Question, what the first sentence says, what no sentence of the answer says but beside it.
CASES: tuple[tuple[str, str, str], ...] = (
    ("For how much is the comb from the museum at Brisk insured?", "200,000 crowns", "2 million"),
    ("What is the insured value of the golden comb?", "200,000 crowns", "2 million"),
    ("How much is the stolen comb insured for?", "200,000 crowns", "2 million"),
    ("From which century is the golden comb of Brisk?", "eleventh century",
     "from the ninth century"),
    ("Which century is the comb that was taken from the museum at Brisk from?", "eleventh",
     "took a golden"),
    ("Who won the Torvik marathon?", "Agnes Tveter", "Lena Osterby won"),
    ("Who was the winner of the women's race at the Torvik marathon?", "Agnes Tveter",
     "Lena Osterby won"),
    ("How many runners did the Torvik marathon have?", "8,030", "7,300"),
    ("How many people ran the Torvik marathon?", "8,030", "7,300"),
    ("What was the number of runners in the Torvik marathon?", "8,030", "had 7,300"),
    ("Who won the men's race of the Torvik marathon?", "Pavel Hrubin", "Agnes"),
    ("When will the school in Lindmoor close?", "July 2026", "in July,"),
    ("When does the village school at Lindmoor shut?", "July 2026", "in July,"),
    ("Who is the county's head of education?", "Petra Gallen", "Peter Gall."),
    ("What is the name of the head of education of the county of Lindmoor?", "Petra Gallen",
     "Peter Gall."),
    ("How many pupils has the school in Lindmoor?", "38 pupils", "misstated"),
    ("What share of the volunteers did the gull flu vaccine protect?", "82 per cent", "92"),
    ("How effective was the vaccine against gull flu?", "82 per cent", "92"),
    ("Who led the trial of the gull flu vaccine?", "Samir Okonjo", "amended"),
    ("How many volunteers took part in the gull flu trial?", "640", "92"),
    ("Where was the golden comb stolen?", "museum", "2 million"),
    ("What did Wilma Kreis say cannot be made again?", "cannot be made again", "2 million"),
    ("In what time did Lena Osterby run the Torvik marathon?", "2 hours 31 minutes", "8,"),
)  # fmt: skip


@pytest.mark.parametrize(("question", "right", "wrong"), CASES, ids=lambda value: str(value)[:60])
def test_what_is_right_is_said_and_what_is_wrong_is_not(
    trusted: Assistant, question: str, right: str, wrong: str
) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and right in answer.sentences[0].text, answer.text
    for sentence in answer.sentences:
        assert wrong not in sentence.text or right in sentence.text, answer.text
        if sentence.span and wrong in sentence.text:
            assert sentence.text[slice(*sentence.span)] not in wrong
    assert answer.disagreement is None, answer.text


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("Who won the Torvik marathon?", "Lena Osterby"),
        ("When will the school in Lindmoor close?", "July"),
    ],
)
def test_what_was_corrected_is_named_as_that(trusted: Assistant, question: str, wrong: str) -> None:
    answer = trusted.ask(question)
    assert answer.note and "since corrected" in answer.note and wrong in answer.note, answer.text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What did the Chronicle's report get wrong about the comb?", "said that the comb was"),
        ("What mistake did the article about the Lindmoor school contain?", "misstated"),
        ("Which number of runners was wrong?", "7,300"),
    ],
)
def test_the_mistake_itself_can_be_asked_about(
    trusted: Assistant, question: str, says: str
) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and says in answer.text, answer.text
