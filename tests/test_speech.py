"""Who says a sentence of an article, and whose words a question asks for."""

import pytest

from corpus.article import Article
from qa.asking import asked_speaker, asks_who_said, says, tells_of, with_speaker
from qa.reader import Candidate
from qa.speech import quotation, same_person, speaker

# Text, the sentence of it, who says that.
SAID: tuple[tuple[str, str, str | None], ...] = (
    ('"We are ready," said Ana Lindt.', "We are ready", "Ana Lindt"),
    ("“We are ready,” Ana Lindt said.", "We are ready", "Ana Lindt"),
    ("«We are ready», said Ana Lindt.", "We are ready", "Ana Lindt"),
    ("‘We are ready,’ said Ana Lindt.", "We are ready", "Ana Lindt"),
    ("Ana Lindt said that they were ready.", "they were ready", "Ana Lindt"),
    ("They were ready, Ana Lindt told reporters.", "were ready", "Ana Lindt"),
    ("They were ready, according to Ana Lindt.", "were ready", "Ana Lindt"),
    ("According to Ana Lindt, they were ready.", "were ready", "Ana Lindt"),
    ("According to the harbour office, they were ready.", "were ready", "the harbour office"),
    ("Ana Lindt, the mayor of Torvik, said they were ready.", "were ready", "Ana Lindt"),
    ("Ana Lindt, mayor of Torvik, said they were ready.", "were ready", "Ana Lindt"),
    ("Torvik's mayor, Ana Lindt, said they were ready.", "were ready", "Ana Lindt"),
    ("The mayor of Torvik, Ana Lindt, said they were ready.", "were ready", "Ana Lindt"),
    ("Mayor Ana Lindt said they were ready.", "were ready", "Ana Lindt"),
    ("Dr Ana Lindt, who leads the trial, said they were ready.", "were ready", "Ana Lindt"),
    ("Dr. Ana Lindt said they were ready.", "were ready", "Ana Lindt"),
    ("Ana Lindt (Liberals) said they were ready.", "were ready", "Ana Lindt"),
    ('"We are ready," said the retired engineer Ana Lindt.', "We are ready", "Ana Lindt"),
    ("“We are ready,” said Ana Lindt, 61, of Mill Street.", "We are ready", "Ana Lindt"),
    ("The ministry said in a statement that they were ready.", "were ready", "the ministry"),
    ("Police said they were ready.", "were ready", "Police"),
    ("A spokesman for Nordnett said they were ready.", "were ready", "a spokesman for Nordnett"),
    ("A spokeswoman for the ministry said they were ready.", "were ready",
     "a spokeswoman for the ministry"),
    ("The Seamen's Union said they were ready.", "were ready", "the Seamen's Union"),
    ("Ana Lindt wrote on X: “We are ready.”", "We are ready", "Ana Lindt"),
    ("As Ana Lindt put it: “We are ready.”", "We are ready", "Ana Lindt"),
    ("Ana Lindt disagreed: “We are ready.”", "We are ready", "Ana Lindt"),
    ("The plan was described as “ready” by Ana Lindt.", "ready", "Ana Lindt"),
    ("Lindt's lawyer, Otto Braun, said they were ready.", "were ready", "Otto Braun"),
    ("Ana Lindt: We are ready.", "We are ready", "Ana Lindt"),
    ("Ana Lindt also said they were ready.", "were ready", "Ana Lindt"),
    ("Ana Lindt has said they were ready.", "were ready", "Ana Lindt"),
    ("Ana Lindt warned that they were ready.", "were ready", "Ana Lindt"),
    ("Otto was late. Ana Lindt was not. She said they were ready.", "were ready", "Ana Lindt"),
    ("Ana Lindt leads the trial. They were ready, she said.", "were ready", "Ana Lindt"),
    ("Ana Lindt leads the trial. Lindt said they were ready.", "were ready", "Ana Lindt"),
    ("“We are ready,” said Ana Lindt. “Nobody is late.”", "Nobody is late", "Ana Lindt"),
    ("“We are ready,” said Ana Lindt. “We were late.\n\n“Now we are not.”", "Now we are not",
     "Ana Lindt"),
    ("“We are ready,” said Ana Lindt. Otto Braun replied: “You are late.”", "You are late",
     "Otto Braun"),
    ("“We are ready,” said Ana Lindt. Otto Braun replied: “You are late.”", "We are ready",
     "Ana Lindt"),
    ("“He told me ‘never again’ and I believed him,” said Ana Lindt.", "believed him",
     "Ana Lindt"),
    ("“We are ready,” said Ana Lindt of Torvik.", "We are ready", "Ana Lindt"),
    ("The Bank of Torvik said they were ready.", "were ready", "the Bank of Torvik"),
    # Who says nothing says that.
    ("Its manager, Ana Lindt, would not comment.", "not comment", "Ana Lindt"),
    ("The ministry declined to say who was late.", "who was late", "the ministry"),
    ("Shares declined to 30 crowns.", "30 crowns", None),
    ("The board did not reply; its director, Ana Lindt, said they were ready.", "were ready",
     "Ana Lindt"),
    ("The delay, which the head of the yard, Ana Lindt, regards as good news, was long.", "delay",
     "Ana Lindt"),
    # "He" and "she" beside somebody else.
    ("Otto Braun denies it. The clerk, Ana Lindt, told the court that he had sold the bell. “It "
     "rang,” she told them.", "It rang", "Ana Lindt"),
    ("Otto Braun scored. Their captain, Emil Kranz, left for a foul that he called “a hug”.",
     "a hug", "Emil Kranz"),
    ("Late Lindt goal wins it\n\nAna Lindt was glad. “We are ready,” Lindt said.", "We are ready",
     "Ana Lindt"),
    # What stands around a name, and where the verb stands.
    ("“We are ready,” said the head of the jury, Ana Lindt.", "We are ready", "Ana Lindt"),
    ("“We are ready,” said its director, Ana Lindt.", "We are ready", "Ana Lindt"),
    ("“We are ready,” said the registrar, Professor Ana Lindt.", "We are ready", "Ana Lindt"),
    ("The club's owner, Ana Lindt, thanked him and said they were ready.", "were ready",
     "Ana Lindt"),
    ("The labour minister, Ana Lindt, spoke of “a day that will stay”.", "spoke of", "Ana Lindt"),
    ("The union Nordhands disputed this. Its officer Ana Lindt said they were ready.",
     "were ready", "Ana Lindt"),
    ("Torvik town council, which pays for the line, said it was ready.", "was ready",
     "Torvik town council"),
    ("Torvik have dismissed Otto Braun, the hockey club announced on Thursday.", "dismissed",
     "the hockey club"),
    ("The grid has blamed nobody, the minister Ana Lindt said on Wednesday.", "blamed nobody",
     "Ana Lindt"),
    ("A spokesman for the minister, Ana Lindt, said they were ready.", "were ready",
     "a spokesman for the minister"),
    ("A lawyer for Nordnett, Ana Lindt, said they were ready.", "were ready", "Ana Lindt"),
    ("They were ready, according to a poll by the Harcourt Institute.", "were ready",
     "the Harcourt Institute"),
    ("The developer, Nordnett, welcomed the decision.", "welcomed", "Nordnett"),
    ("Miller Ana Lindt says they are ready.", "are ready", "Ana Lindt"),
    ("His colleague Ana Lindt is more careful: she said that they “may be ready”.", "may be",
     "Ana Lindt"),
    ("“We are ready,” Ana Lindt threw in, to laughter.", "We are ready", "Ana Lindt"),
    ("Ana Lindt took it well. Asked why, the Dane shook his head. “We are ready.”",
     "We are ready", "Ana Lindt"),
    ("Ana Lindt is not surprised. “We are ready,” the retired teacher says.", "We are ready",
     "Ana Lindt"),
    ("Otto Braun left. His wife, Ana Lindt, did not. “We are ready,” he said.",
     "We are ready", "Otto Braun"),
    ("The director, Ana Lindt, stayed. According to her lawyer, they are ready.", "are ready",
     "Ana Lindt’s lawyer"),
    ("A denial came from the ministry: it had been told of it by Nordnett.", "been told", None),
    ("Ana Lindt called off the match.", "called off", None),
    ("The council has told its story badly.", "its story", None),
    ("The trial of three men accused of theft began.", "began", None),
    # Nobody is named.
    ("They were ready by noon.", "were ready", None),
    ("The bridge is 212 metres long.", "212", None),
    ("On Monday they were ready.", "were ready", None),
    ("The ship “Ana Lindt” was ready.", "was ready", None),
    ("It is said that they were ready.", "were ready", None),
    ("Ana Lindt said they were ready. The hall holds 400 people.", "The hall holds", None),
    ("“We are ready,” said Ana Lindt.\n\nThe hall holds 400 people.", "The hall holds", None),
)  # fmt: skip


@pytest.mark.parametrize(("text", "sentence", "who"), SAID)
def test_a_sentence_has_the_speaker_its_article_names(
    text: str, sentence: str, who: str | None
) -> None:
    start = text.index(sentence)
    assert speaker(text, start, start + len(sentence)) == who


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Brough say about sleep?", "Brough"),
        ("What did Governor Brekke promise?", "Brekke"),
        ("What has Ana Lindt said about the trial?", "Ana Lindt"),
        ("How did Ana Lindt describe the trial?", "Ana Lindt"),
        ("According to Ana Lindt, who is late?", "Ana Lindt"),
        ("Who is late according to Ana Lindt?", "Ana Lindt"),
        ("What is Ana Lindt's view of the trial?", "Ana Lindt"),
        ("In the words of Ana Lindt, what is the trial?", "Ana Lindt"),
        ("What did Ana Lindt tell reporters?", "Ana Lindt"),
        ("How did Lindt react to the verdict?", "Lindt"),
        ("what did lindt say to her supporters", "Lindt"),
        ("What did the quarry's manager say about the inspection?", "the quarry's manager"),
        ("What did the lawyer for Nordnett Power tell the court?", "the lawyer for Nordnett Power"),
        ("Why does the chief executive of the trust want to go?",
         "the chief executive of the trust"),
        ("What did Torvik town council say about the fares?", "Torvik town council"),
        ("Did the club's owner deny that money was the reason?", "the club's owner"),
        ("According to the sheriff, how long did it take?", "the sheriff"),
        ("What did the economist Lindt say about orders?", "Lindt"),
        ("What was Ana Lindt's reaction to the verdict?", "Ana Lindt"),
        ("What did the papers say about the fire?", None),
        ("What did they say?", None),
        ("Who is late?", None),
        ("What happened in Torvik?", None),
    ],
)  # fmt: skip
def test_a_question_may_ask_for_the_words_of_one(question: str, who: str | None) -> None:
    assert asked_speaker(question) == who


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who said that the dam held?", True),
        ("Who called the strike a hammer?", True),
        ("Who warned of floods?", True),
        ("Which minister said so?", True),
        ("Whose words are these?", True),
        ("Who won the race?", False),
        ("What did Brough say?", False),
    ],
)
def test_a_question_may_ask_who_said_something(question: str, asks: bool) -> None:
    assert asks_who_said(question) is asks


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Brough", "Ellen Brough", True),
        ("Dr Ellen Brough", "Ellen Brough", True),
        ("E. Brough", "Ellen Brough", True),
        ("Ellen Brough", "Martin Brough", False),
        ("Ellen Brough", "Ellen Marsh", False),
        ("", "Ellen Brough", False),
    ],
)
def test_names_may_be_of_one_person(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same is same_person(other, one)


def test_the_quotation_of_a_sentence_is_marked_without_its_marks() -> None:
    sentence = "“We are ready,” said Ana Lindt."
    span = quotation(sentence)
    assert span and sentence[slice(*span)] == "We are ready"
    assert quotation("Ana Lindt said they were ready.") is None


def test_what_another_says_of_somebody_is_not_theirs() -> None:
    text = (
        "Otto Braun called the pact “a soup”; the clerk, Ana Lindt, was described as glad. "
        "Otto Braun said that Lindt had denied it."
    )
    article = Article(root="", source="a.md", title="Pact", text=text)
    second = text.index("Otto Braun said")
    assert not tells_of("Ana Lindt", article, 0, second - 1)
    assert tells_of("Ana Lindt", article, second, len(text))
    assert tells_of("Otto Braun", article, 0, second - 1)


ARTICLE = Article(
    root="",
    source="a.md",
    title="Quarry fined",
    text="The quarry's manager, Fraser Gunn, stayed away.\n\n"
    "“We did what the book asks,” he said. “It was not enough.”\n\n"
    "The widow of one driver, Ana Reid, said no sum would do.",
)


@pytest.mark.parametrize(
    ("wanted", "sentence", "whether"),
    [
        ("the quarry's manager", "“We did", True),
        ("Gunn", "“It was", True),
        ("the widow", "“We did", False),
        ("the widow of the driver", "The widow", True),
        ("Ana Reid", "The widow", True),
        ("Otto Reid", "The widow", False),
        ("the mayor", "The widow", False),
    ],
)
def test_somebody_is_known_by_name_and_by_what_the_article_calls_them(
    wanted: str, sentence: str, whether: bool
) -> None:
    start = ARTICLE.text.index(sentence)
    assert says(wanted, ARTICLE, start, ARTICLE.text.index(".", start) + 1) is whether


def test_a_quotation_comes_with_the_sentence_that_names_who_says_it() -> None:
    start = ARTICLE.text.index("“It was")
    found = Candidate(ARTICLE, start, start + len("“It was not enough.”"), 1.0, 0.9, 0.0, (1, 3))
    whole = with_speaker(found)
    assert whole.text.startswith("The quarry's manager, Fraser Gunn")
    assert whole.text.endswith("not enough.”")
    assert whole.span and whole.text[slice(*whole.span)] == "It"


@pytest.mark.parametrize("between", ["\n\n", " "])
def test_a_speaker_is_found_anywhere_in_a_long_text(between: str) -> None:
    said = "The council met. “We are ready,” said Ana Lindt. The road is 12 km long."
    text = (said + between) * 3_000
    for part in (0.0, 0.37, 0.5, 0.99):
        start = text.index("“We", int(part * len(text)) - 80 if part else 0)
        assert speaker(text, start, start + 10) == "Ana Lindt"
        assert speaker(text, start + 34, start + 50) is None
