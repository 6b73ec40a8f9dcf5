"""Ask: cited answers and honest refusals, over the sample with the default encoder and by logic."""

import inspect
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, check, store_of

import qa
from corpus import Article
from corpus.errors import EncoderMismatch, LibraryEmpty, LibraryMissing, QuestionError
from index.hashing import HashEncoder
from index.minilm import MiniLM
from index.writer import Writer
from qa import Answer, Assistant, Turn, answer
from qa.types import Citation, Sentence, cite

BEAVERS = "How many beavers are there on the River Aske?"


@pytest.fixture(scope="module")
def sample(sample_store: Path) -> Iterator[Assistant]:
    with Assistant.open(sample_store, encoder=MiniLM(), once=True) as assistant:
        yield assistant


def sources(reply: Answer) -> list[str]:
    return [citation.source for citation in reply.citations]


def told(reply: Answer) -> dict[str, Any]:
    """All of an answer but how long it took."""
    return reply.to_dict() | {"timings_ms": None}


# What an answer is


def test_an_answer_is_a_sentence_word_for_word_with_its_byline(sample: Assistant) -> None:
    reply = sample.ask("Who is the mayor of Lenton?")
    (sentence,), (citation,) = reply.sentences, reply.citations
    article = sample.library.article(citation.article_id)
    assert sentence.text == citation.quote == article.text[citation.start : citation.end]
    assert sentence.span and sentence.text[slice(*sentence.span)].strip() == "Desmond Yarrow"
    assert reply.text == f"{sentence.text} [1]" and sentence.citations == (1,)
    assert (reply.refused, reply.reason, reply.nearest) == (False, None, ())
    assert citation.title.startswith("Lenton council passes budget")
    assert (citation.source, citation.published) == ("council-passes-budget.txt", None)


def test_the_text_is_each_sentence_and_its_number(sample: Assistant) -> None:
    reply = sample.ask(BEAVERS)
    assert len(reply.sentences) == 2
    told = f"{reply.sentences[0].text} [1] {reply.sentences[1].text} [2]"
    assert reply.text == (
        f"{told} The articles differ: 37 (Kestrel Coast Broadcasting, 2025-08-19) [1]; "
        "41 (Field & Flask, 2025-09-06) [2]."
    )


def test_to_dict_has_the_keys_that_programs_rely_on(sample: Assistant) -> None:
    for reply in (sample.ask(BEAVERS), sample.ask("What is the capital of Mongolia?")):
        known = reply.to_dict()
        assert list(known) == [
            "question", "standalone_question", "text", "refused", "reason", "sentences",
            "citations", "nearest", "disagreement", "note", "scope", "confidence", "timings_ms",
        ]  # fmt: skip
        assert all(list(s) == ["text", "citations", "span"] for s in known["sentences"])
        assert all(
            list(c) == [
                "number", "article_id", "source", "title", "author", "outlet", "published",
                "url", "page", "quote", "start", "end", "speaker", "opinion", "also_in",
            ]
            for c in known["citations"]
        )  # fmt: skip
        assert all(
            list(n) == ["article_id", "title", "outlet", "published", "score"]
            for n in known["nearest"]
        )
        assert list(known["timings_ms"]) == ["rewrite", "retrieve", "rerank", "read", "total"]
        steps = [known["timings_ms"][name] for name in ("rewrite", "retrieve", "rerank", "read")]
        assert all(ms >= 0 for ms in steps)
        assert sum(steps) <= known["timings_ms"]["total"] + 0.1
        assert json.loads(json.dumps(known)) == json.loads(json.dumps(known, ensure_ascii=False))


def test_attributes_have_the_names_of_the_keys(sample: Assistant) -> None:
    reply = sample.ask(BEAVERS)
    assert all(hasattr(reply, key) for key in reply.to_dict())


def test_search_is_the_list_that_ask_reads(sample: Assistant) -> None:
    hits = sample.search("hostage talks in Cairo", k=5)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert hits[0].article.source == "talks-in-cairo-end-without-deal.txt"
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert list(hits[0].to_dict()) == [
        "rank", "score", "article_id", "source", "title", "outlet", "published", "page", "text",
        "start", "end",
    ]  # fmt: skip
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.to_dict()["text"]
    # Of copies that say the same one is enough.
    found, passages = len(sample.search("beavers", k=1000)), sample.library.passage_count
    assert passages - 5 <= found < passages
    assert len(sample.search("beavers", k=1)) == 1


def test_the_one_liner_asks_once(sample_store: Path, sample: Assistant) -> None:
    reply = answer("Who is the mayor of Lenton?", store=sample_store)
    assert reply.sentences == sample.ask("Who is the mayor of Lenton?").sentences
    assert reply.question == "Who is the mayor of Lenton?"


def test_the_signature_is_the_documented_one() -> None:
    assert list(inspect.signature(Assistant.ask).parameters) == [
        "self", "question", "history", "start", "end", "outlet", "author", "article",
        "as_of", "strictness",
    ]  # fmt: skip
    assert set(qa.__all__) >= {"answer", "Assistant", "Turn"}


# What is shown


def test_two_sentences_when_outlets_disagree_each_with_its_date(sample: Assistant) -> None:
    reply = sample.ask(BEAVERS)
    assert set(sources(reply)) == {"beavers-on-the-aske.html", "beaver-survey-river-aske.md"}
    assert "37 beavers" in reply.text and "41 beavers" in reply.text
    assert all(citation.published for citation in reply.citations)


def test_copies_of_one_wire_story_count_once(sample: Assistant) -> None:
    reply = sample.ask("How many members of the Deck and Engine Union joined the strike?")
    assert len(reply.citations) == 1 and "212" in reply.text
    assert sources(reply)[0] in {"ferry-crews-begin-walkout.html", "island-ferries-halted.md"}


@pytest.mark.parametrize(
    ("question", "before", "itself"),
    [
        ("What did Lotte Farrow call the strike?", "Lotte Farrow, the managing director",
         "She called the strike"),
        ("How did the spaniel recover?", "The only serious injury was to a spaniel",
         "It recovered"),
    ],
)  # fmt: skip
def test_a_sentence_that_starts_with_a_pronoun_brings_the_one_before(
    sample: Assistant, question: str, before: str, itself: str
) -> None:
    reply = sample.ask(question)
    assert reply.sentences[0].text.startswith(before) and itself in reply.sentences[0].text


@pytest.mark.parametrize(
    "heading",
    ["What changed in the water", "The bill for the farmers", "A dog, a culvert and a golf course",
     "No wires in the old town", "Teething troubles", "How it happened", "Zwei Frauen am Ofen"],
)  # fmt: skip
def test_a_heading_is_no_answer(sample: Assistant, heading: str) -> None:
    assert any(
        f"\n{heading}\n" in article.text
        for article in sample.library.articles(
            article.id for article in sample.library.bylines()
        ).values()
    )
    for question in (heading, f"{heading}?"):
        assert heading not in {c.quote.strip() for c in sample.ask(question).citations}


def test_a_question_for_more_gets_several_sentences_and_repeats_none(sample: Assistant) -> None:
    reply = sample.ask("What happened to the ferries?")
    assert 2 <= len(reply.sentences) <= 5
    assert len({sentence.text for sentence in reply.sentences}) == len(reply.sentences)


def test_a_german_question_is_answered_from_the_german_article(sample: Assistant) -> None:
    reply = sample.ask("Warum fand Bäckermeister Alois Rettich keinen Nachfolger?")
    assert reply.refused or sources(reply)[0] == "backstube-am-rotbach.html"


# Refusal


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What is the capital of Mongolia?", "off_subject"),
        ("How many moons does Jupiter have?", "off_subject"),
        ("What is the boiling point of ethanol?", "off_subject"),
        ("What is the name of the spaniel that was bitten by a beaver?", "not_said"),
        ("Who owns the grey van seen in Mint Lane?", "not_said"),
        ("How many hostages is Hamas holding?", "not_said"),
    ],
)
def test_a_refusal_says_why_and_names_the_nearest(
    sample: Assistant, question: str, reason: str
) -> None:
    reply = sample.ask(question)
    assert (reply.refused, reply.reason) == (True, reason)
    assert (reply.sentences, reply.citations) == ((), ())
    assert 1 <= len(reply.nearest) <= 3 and reply.nearest[0].title in reply.text
    assert len({near.article_id for near in reply.nearest}) == len(reply.nearest)
    known = "None of the articles is about this." if reason == "off_subject" else "do not say."
    assert known in reply.text


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Will it hurt when the museum's alarm rings in March 2026?", "Clock museum left alarm"),
        ("Why did they sell the oysters to the navy?", "Pale gill"),
    ],
)
def test_a_refusal_of_another_subject_names_its_own_articles_and_not_those_before(
    sample: Assistant, question: str, title: str
) -> None:
    reply = sample.ask(question, [Turn(BEAVERS, sample.ask(BEAVERS))])
    assert reply.refused and BEAVERS in reply.standalone_question
    assert reply.nearest[0].title.startswith(title), reply.text


def test_a_refusal_for_the_dates_says_which_are_covered(sample: Assistant) -> None:
    reply = sample.ask(BEAVERS, end="2024")
    assert (reply.refused, reply.reason) == (True, "outside_dates")
    assert "No article dated to 2024 says this" in reply.text
    assert "2024-09-14" in reply.text and "2026-05-11" in reply.text
    assert "beaver" in reply.nearest[0].title.lower()
    both = sample.ask(BEAVERS, start="2001", end="2002")
    assert "dated from 2001 to 2002" in both.text


def test_what_is_said_nowhere_is_not_a_matter_of_dates(sample: Assistant) -> None:
    assert sample.ask("What is the capital of Mongolia?", end="2024").reason == "off_subject"


def test_a_library_without_dates_has_none_to_tell(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store", Article("r", "a.txt", "Dams", "They built 27 dams."))
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        reply = assistant.ask("How many dams?", start="2020")
    assert reply.refused and "None to None" not in reply.text


# Filters


def test_bounds_are_inclusive_and_compare_as_far_as_a_date_is_known(sample: Assistant) -> None:
    early, late = "beavers-on-the-aske.html", "beaver-survey-river-aske.md"
    for scope, expected in (
        ({"end": "2025-08-19"}, {early}),
        ({"start": "2025-09-06"}, {late}),
        ({"start": "2025-09"}, {late}),
        ({"start": date(2025, 8, 19), "end": date(2025, 8, 19)}, {early}),
        ({"start": "2025", "end": "2025"}, {early, late}),
    ):
        assert set(sources(sample.ask(BEAVERS, **scope))) == expected, scope


def test_an_undated_article_is_outside_any_bound(sample: Assistant) -> None:
    question = "Who is the mayor of Lenton?"
    assert sources(sample.ask(question)) == ["council-passes-budget.txt"]
    assert sample.ask(question, start="1900").reason == "outside_dates"


def test_outlet_and_article_narrow_what_is_read(sample: Assistant) -> None:
    assert sources(sample.ask(BEAVERS, outlet="field")) == ["beaver-survey-river-aske.md"]
    assert sample.ask(BEAVERS, outlet="Tidewire").refused
    one = sample.ask(BEAVERS, outlet="kestrel coast").citations[0].article_id
    assert {c.article_id for c in sample.ask(BEAVERS, article=one).citations} == {one}


def test_empty_filters_filter_nothing(sample: Assistant) -> None:
    assert told(sample.ask(BEAVERS, start="", end=None, outlet="", article="")) == told(
        sample.ask(BEAVERS)
    )


# Conversations


def test_a_follow_up_is_read_with_the_turn_before(sample: Assistant) -> None:
    question = "Who chaired the inquiry into the museum theft?"
    first = sample.ask(question)
    reply = sample.ask("And when did it begin?", [Turn(question, first)])
    assert reply.question == "And when did it begin?"
    assert reply.standalone_question == f"{question} And when did it begin?"
    assert (reply.citations or reply.nearest)[0].title.startswith("Clock museum left alarm off")


def test_history_is_the_callers_and_nothing_is_kept_between_calls(sample: Assistant) -> None:
    question = "Who chaired the inquiry into the museum theft?"
    before = told(sample.ask("And when did it begin?"))
    history = [Turn(question, sample.ask(question))]
    sample.ask("And when did it begin?", history)
    assert len(history) == 1
    assert told(sample.ask("And when did it begin?")) == before
    assert sample.ask("And when did it begin?", ()).standalone_question == "And when did it begin?"


def test_a_turn_may_hold_plain_text(sample: Assistant) -> None:
    turn = Turn("Who chaired the inquiry into the museum theft?", "Henrike Aldous.")
    reply = sample.ask("And when did it begin?", (turn,))
    assert reply.standalone_question == f"{turn.question} And when did it begin?"


# One library, many questions


def test_the_same_question_gets_the_same_answer(sample: Assistant) -> None:
    once = [told(sample.ask(BEAVERS)) for _ in range(3)]
    assert once[0] == once[1] == once[2]
    assert [hit.score for hit in sample.search("dams")] == [h.score for h in sample.search("dams")]


def test_an_answer_does_not_depend_on_what_was_asked_before(
    sample: Assistant, sample_store: Path
) -> None:
    with Assistant.open(sample_store, encoder=MiniLM(), once=True) as fresh:
        for question in (BEAVERS, "Who is the mayor of Lenton?"):
            assert told(fresh.ask(question)) == told(sample.ask(question))


def test_eight_threads_get_what_one_gets(sample: Assistant) -> None:
    questions = [json.loads(line)["question"] for line in QUESTIONS.splitlines()[:4]]
    expected = {question: told(sample.ask(question)) for question in questions}
    start = threading.Barrier(8)

    def asks(number: int) -> list[tuple[str, dict[str, Any]]]:
        start.wait()
        mine = questions[number % 4 :] + questions[: number % 4]
        return [(question, told(sample.ask(question))) for question in mine[:3]]

    with ThreadPoolExecutor(8) as threads:
        for answered in threads.map(asks, range(8)):
            for question, reply in answered:
                assert reply == expected[question]


QUESTIONS = (ROOT / "corpus" / "sample" / "questions.jsonl").read_text("utf-8")

DAMS = Article("r", "dams.txt", "Dams", "The beavers have built 27 dams.", outlet="Tide")
TRAMS = Article("r", "trams.txt", "Trams", "The trams ran every seven minutes.", outlet="Works")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path / "store", DAMS, TRAMS)


def cited(assistant: Assistant, question: str) -> set[str]:
    reply = assistant.ask(question)
    hits = assistant.search(question)
    return {c.source for c in reply.citations} | {hit.article.source for hit in hits}


def test_an_article_removed_between_calls_is_never_cited(store: Path) -> None:
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        assert "dams.txt" in cited(assistant, "How many dams have the beavers built?")
        with Writer.open(store) as writer:
            writer.remove_file((DAMS.root, DAMS.source))
        assert "dams.txt" not in cited(assistant, "How many dams have the beavers built?")
        store_of(store, DAMS)
        assert "dams.txt" in cited(assistant, "How many dams have the beavers built?")


def test_an_article_changed_between_calls_is_quoted_as_it_is_now(store: Path) -> None:
    changed = Article("r", "dams.txt", "Dams", "Only later. The beavers have built 28 dams.")
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        assistant.ask("How many dams have the beavers built?")
        store_of(store, changed)
        hits = assistant.search("How many dams have the beavers built?")
        assert hits[0].passage.text == changed.text
        reply = assistant.ask("How many dams have the beavers built?")
        assert all(c.quote in changed.text for c in reply.citations)


def test_a_library_emptied_between_calls_says_so(store: Path) -> None:
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        with Writer.open(store) as writer:
            for article in (DAMS, TRAMS):
                writer.remove_file((article.root, article.source))
        with pytest.raises(LibraryEmpty, match=f"{store} holds no article: add some with `python"):
            assistant.ask("How many dams?")
        with pytest.raises(LibraryEmpty):
            assistant.search("dams")


def test_a_missing_store_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="nowhere"):
        answer("How many dams?", store=tmp_path / "nowhere", encoder="hash")
    assert list(tmp_path.iterdir()) == []


def test_a_library_is_asked_with_its_own_encoder(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Assistant.open(store) as assistant:
        assert assistant.encoder.fingerprint == "hash-1" and not caplog.messages
    with Assistant.open(store, encoder="hash-64") as assistant:
        assert assistant.encoder.fingerprint == "hash-1"
    (line,) = caplog.messages
    assert "hash-1, not hash-1-64" in line and "sync --encoder hash-64" in line
    with pytest.raises(EncoderMismatch, match="hash-1, not hash-1-64"):
        Assistant.open(store, encoder=HashEncoder(64))


def test_a_day_that_is_asked_on_can_be_a_month_or_a_year(store: Path) -> None:
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        for day in ("2026", "2026-03", "2026-03-10", date(2026, 3, 10), None):
            assistant.ask("What is there by Finch since March?", as_of=day)
        with pytest.raises(QuestionError, match="'soon' is no date"):
            assistant.ask("What is there by Finch since March?", as_of="soon")


# Citations


def test_a_citation_is_exact_or_is_not_made() -> None:
    article = Article("r", "a.pdf", "T", "One. Two.", pages=(0, 5))
    assert cite(1, article, 5, 9).quote == "Two."
    assert (cite(1, article, 0, 4).page, cite(1, article, 5, 9).page) == (1, 2)
    for start, end in ((-1, 4), (4, 4), (5, 3), (0, 10), (9, 12)):
        with pytest.raises(ValueError, match="no quote at"):
            cite(1, article, start, end)


def test_the_check_of_every_answer_would_notice_a_wrong_quote(store: Path) -> None:
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        known = assistant.ask("What do you have from Tide?")
        check(known, assistant)
        (right,) = known.citations
        fields = {name: getattr(right, name) for name in Citation.__slots__}
        for wrong in ({"quote": "The beavers"}, {"start": right.start + 1}, {"number": 2}):
            false = Answer(
                "q", "q", "t", sentences=known.sentences, citations=(Citation(**fields | wrong),)
            )
            with pytest.raises(AssertionError):
                check(false, assistant)
        beyond = (Sentence("x", (1,), (0, 2)),)
        with pytest.raises(AssertionError):
            check(Answer("q", "q", "t", sentences=beyond, citations=known.citations), assistant)
