"""What a question asks, what can answer it by its form, and what a follow-up leans on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import words
from qa.question import KIND_WORD, LEANT_ON, LONGEST, Kind, Question, kind_of, parse
from qa.rewrite import Standalone, leans, rewrite
from qa.spans import candidates, names
from qa.types import Answer, Turn


def asked(text: str, start: int = 0, **frequencies: int) -> Question:
    """A question over a library of 100 passages in which only the words named occur."""
    counts = dict.fromkeys(words(text), 0) | frequencies
    return parse(text, counts, 100, asked=start)


# Kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many beavers are there?", Kind.NUMBER),
        ("By how much did the shares fall?", Kind.NUMBER),
        ("What percentage voted against?", Kind.NUMBER),
        ("How tall is the tower?", Kind.NUMBER),
        ("How often do the trams run?", Kind.NUMBER),
        ("How old is she?", Kind.NUMBER),
        ("How much did the tram line cost?", Kind.MONEY),
        ("For how much is the cup insured?", Kind.MONEY),
        ("What was the price of the ticket?", Kind.MONEY),
        ("How long did the strike last?", Kind.DURATION),
        ("How many days did it rain?", Kind.DURATION),
        ("When did the bridge reopen?", Kind.TIME),
        ("In which year was the mill built?", Kind.TIME),
        ("At what time did the train leave?", Kind.TIME),
        ("Who led the delegation?", Kind.PERSON),
        ("Whom did they meet?", Kind.PERSON),
        ("Which minister resigned?", Kind.PERSON),
        ("What is the boat called?", Kind.NAME),
        ("Which company built it?", Kind.NAME),
        ("Where does she live?", Kind.PLACE),
        ("In which city was it held?", Kind.PLACE),
        ("Why was the alarm off?", Kind.REASON),
        ("What caused the delay?", Kind.REASON),
        ("How did the thieves get in?", Kind.MANNER),
        ("What did the mayor say about it?", Kind.STATEMENT),
        ("How does he describe the deal?", Kind.STATEMENT),
        ("What is the new rule?", Kind.THING),
        ("Did the council vote?", Kind.DECISION),
        ("Is it open?", Kind.DECISION),
        ("Beavers on the Aske", Kind.TEXT),
        ("谁赢得了比赛", Kind.TEXT),
        ("", Kind.TEXT),
    ],
)
def test_the_kind_of_answer_that_a_question_wants(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind
    assert kind_of(text.upper()) is kind, "case does not matter"


@pytest.mark.parametrize(
    ("text", "sweeping"),
    [
        ("What happened in Cairo?", True),
        ("Why was the alarm off?", True),
        ("Summarise the inquiry.", True),
        ("Compare the two surveys.", True),
        ("Tell me about the ferry", True),
        ("How did the thieves get in?", True),
        ("Who led the delegation?", False),
        ("How many beavers are there?", False),
        ("When did it open?", False),
    ],
)
def test_what_wants_more_than_one_sentence(text: str, sweeping: bool) -> None:
    assert asked(text).sweeping is sweeping


# Words and weights


def test_function_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert asked("How many of the beavers are there?").words == ("beaver",)
    assert asked("What about it?").words == ("what", "about", "it")
    assert asked("?!").terms == ()


def test_terms_lie_where_their_words_stand_and_names_are_known_by_their_capitals() -> None:
    question = asked("Did Ann Ó Súilleabháin see beavers? Beavers!")
    shown = [(question.text[t.start : t.end], t.word, t.name) for t in question.terms]
    assert shown == [
        ("Ann", "ann", True),
        ("Ó", "o", True),
        ("Súilleabháin", "suilleabhain", True),
        ("see", "see", False),
        ("beavers", "beaver", False),
        ("Beavers", "beaver", True),
    ]
    assert question.words == ("ann", "o", "suilleabhain", "see", "beaver")


def test_a_word_weighs_less_where_it_is_common_in_the_library_or_in_english() -> None:
    def weight(text: str, **frequencies: int) -> float:
        return asked(text, **frequencies).terms[-1].weight

    assert weight("a beaver", beaver=0) > weight("a beaver", beaver=50)
    assert weight("a quokka") > weight("a government")


def test_a_word_that_only_names_the_kind_weighs_little() -> None:
    (year, mill) = asked("In which year was the mill built?").terms[:2]
    assert (year.word, mill.word) == ("year", "mill")
    rare = asked("zyzzyva").terms[0].weight
    assert year.weight < KIND_WORD * rare < mill.weight * 2


def test_the_words_of_the_turn_before_weigh_half_and_do_not_tell_the_kind() -> None:
    alone = asked("And when did the inquiry begin?")
    text = "Who chaired the inquiry? And when did the inquiry begin?"
    follow = asked(text, start=text.index("And"))
    assert follow.kind is Kind.TIME
    first, last = (t for t in follow.terms if t.word == "inquiri")
    assert first.weight == pytest.approx(LEANT_ON * last.weight)
    assert last.weight == alone.terms[0].weight
    assert not asked("Who? Inquiry", start=5).terms[-1].name, "a first word is no name by its case"


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("How many beavers are there on the river?", {"beaver"}),
        ("How many wild beavers were counted?", {"wild", "beaver"}),
        ("How much did it cost?", set()),
        ("Who counted the beavers?", set()),
    ],
)
def test_what_is_counted_is_the_focus(text: str, focus: set[str]) -> None:
    assert asked(text).focus == focus


@given(st.text(max_size=120), st.integers(0, 120))
def test_any_text_parses_and_its_terms_lie_in_it(text: str, start: int) -> None:
    question = parse(text, {}, 0, asked=min(start, len(text)))
    for term in question.terms:
        assert text[term.start : term.end].strip() and term.word and term.weight > 0
    assert question == parse(text, {}, 0, asked=min(start, len(text)))


# Spans


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "When did it open?",
            "It opened on 14 September 2024, a Saturday, at 6.30 in the morning.",
            ["14 September 2024", "Saturday", "6.30"],
        ),
        ("When did it happen?", "Yesterday, last week and two years ago.",
         ["Yesterday", "last week", "two years ago"]),
        ("In which year was it built?", "The mill dates from 1786.", ["1786"]),
        ("When did they say so?", "They may have said nothing.", []),
        ("How many beavers are there?", "They counted 41 beavers, twelve more, and 1,100 dams.",
         ["41", "twelve", "1,100"]),
        ("How many beavers are there?", "They counted all of them.", []),
        ("How much did it cost?", "It cost €312 million, or 274 million euros.",
         ["€312 million", "274 million euros"]),
        ("How much did it cost?", "It has 14 stops and 22 trams.", []),
        ("How long did it last?", "It lasted six hours over five weeks in 112 moves.",
         ["six hours", "five weeks"]),
        ("How tall is it?", "The tower has 143 steps and is 31 metres high.", ["31 metres"]),
        ("How heavy is it?", "It weighs 1.2 tonnes and cost 5 euros.", ["1.2 tonnes"]),
        ("Who is the mayor of Lenton?", "The mayor of Lenton, Desmond Yarrow, left.",
         ["Desmond Yarrow"]),
        ("Who won?", "Later Ilse Marchetti beat Piotr Zelenka.",
         ["Ilse Marchetti", "Piotr Zelenka"]),
        ("Where were they cast?", "They came from a foundry in Marrowgate.", ["Marrowgate"]),
        ("Why was it closed?", "It was shut because of fog.", ["because"]),
        # Where any sentence may answer, no form tells.
        ("What is the new rule?", "The limit is 18 tonnes.", []),
        ("How did they get in?", "Through a skylight in 1998.", []),
    ],
)  # fmt: skip
def test_what_can_answer_by_its_form(question: str, sentence: str, expected: list[str]) -> None:
    spans = candidates(asked(question), sentence)
    found = [sentence[start:end].strip(" .") for start, end in spans]
    assert sorted(found) == sorted(expected)


def test_what_the_question_says_itself_is_no_answer() -> None:
    sentence = "In 2019 the Aske had 41 beavers and Ann Finch counted them."
    assert candidates(asked("How many of the 41 beavers were young?"), sentence) != [(21, 23)]
    assert all(
        "Ann" not in sentence[start:end]
        for start, end in candidates(asked("Whom did Ann Finch meet?"), sentence)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Then he met Mohammed bin Abdulrahman Al-Thani.", ["Mohammed bin Abdulrahman Al-Thani"]),
        ("Nobody saw it.", []),
        ("With Élodie Ångström came Ørsted, too.", ["Élodie Ångström", "Ørsted"]),
        ("they said nothing at all", []),
    ],
)
def test_names_are_runs_of_capitals_without_a_common_first_word(
    text: str, expected: list[str]
) -> None:
    assert [text[start:end].strip(".") for start, end in names(text)] == expected


@given(
    st.sampled_from("How many?|When?|Who?|Where?|How much money?|Why?|How long?".split("|")),
    st.text(max_size=200),
)
def test_spans_lie_in_any_sentence(question: str, sentence: str) -> None:
    for start, end in candidates(asked(question), sentence):
        assert 0 <= start < end <= len(sentence) and sentence[start:end].strip()


# Follow-ups


WHO = Turn("Who chaired the inquiry?", "Henrike Aldous.")


@pytest.mark.parametrize(
    "text",
    [
        "And when did it begin?",
        "When?",
        "Why?",
        "What did she find?",
        "What about the alarm at the museum?",
        "Who are they?",
        "But who paid for the new alarm?",
    ],
)
def test_a_follow_up_stands_alone_with_the_turn_before_in_front(text: str) -> None:
    assert leans(text)
    assert rewrite(text, [WHO]) == Standalone(f"{WHO.question} {text}", len(WHO.question) + 1)


@pytest.mark.parametrize(
    "text", ["Who is the mayor of Lenton?", "How many beavers live on the River Aske?"]
)
def test_a_question_that_stands_alone_is_left_as_it_is(text: str) -> None:
    assert not leans(text)
    assert rewrite(text, [WHO]) == Standalone(text) == rewrite(text)


def test_without_a_turn_before_nothing_is_added() -> None:
    assert rewrite("And when did it begin?") == Standalone("And when did it begin?")
    assert rewrite("When?", [Turn("  ", "x")]) == Standalone("When?")


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    second = Answer("And when?", "Who chaired the inquiry? And when?", "In May. [1]")
    found = rewrite("Where was it?", [WHO, Turn("And when?", second)])
    assert found.text == "Who chaired the inquiry? And when? Where was it?"
    assert found.text[found.asked :] == "Where was it?"


def test_only_the_last_turn_counts() -> None:
    found = rewrite("Where was it?", [Turn("How many beavers live there?", "41"), WHO])
    assert found.text == "Who chaired the inquiry? Where was it?"


def test_what_is_put_in_front_never_makes_a_question_too_long() -> None:
    found = rewrite("When?", [Turn("word " * 10_000, "x")])
    assert len(found.text) <= LONGEST and found.text[found.asked :] == "When?"
