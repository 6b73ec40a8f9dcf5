"""Quotes: over random articles every citation is the stored text, and every span lies in it."""

import tempfile
from pathlib import Path

from conftest import check, store_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Article
from index.hashing import HashEncoder
from index.minilm import MiniLM
from qa import Assistant

SENTENCES = [
    "Wardens counted 41 beavers on the River Aske on 6 September 2025.",
    "It cost €312 million, she said.",
    "They had been trapped in Norway for six weeks because of fog!",
    "Ann Finch met Bo Ek in Lenton?",
    "“No,” said Prof. Dr. Nwosu-O’Brien, “not on 3. März.”",
    "北京大学成立于1898年。",
    "بنى القندس سبعة وعشرين سدا؟",
    "כמה סכרים יש?",
    "नमस्ते दुनिया।",
    "🙂 👩‍👩‍👧‍👦 dams 🏞️!",
    "\u202ereversed dams\u202c 27",
    "e\u0301le\u0300ve na\u0308chste a\u200bb",
    "Dams",
    "no stop and no capital at all in this line about 27 dams",
    "x" * 700,
    "This was 27.",
    "The bill",
]
PIECES = st.one_of(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES), st.text(max_size=40))
SPACES = st.sampled_from([" ", " ", "\n", "\n\n", "  ", "\u00a0"])
TEXTS = st.builds(
    lambda pairs, times: ("".join(piece + space for piece, space in pairs) * times).strip(),
    st.lists(st.tuples(PIECES, SPACES), min_size=1, max_size=25),
    st.sampled_from([1, 1, 1, 8]),
).filter(str.strip)
DATES = st.sampled_from([None, "2024", "2024-03", "2024-03-10", "2024-03-10T14:05:00+00:00"])
QUESTIONS = st.sampled_from(
    [
        "How many beavers are there on the River Aske?",
        "How much did it cost?",
        "How long were they trapped in Norway?",
        "When were 41 beavers counted?",
        "Who met Bo Ek?",
        "Where were they trapped?",
        "Why were they trapped?",
        "What happened to the beavers and the dams?",
        "What did Prof. Nwosu-O’Brien say?",
        "北京大学成立于哪一年？",
        "كم سدا بنى القندس؟",
        "Who wrote about the beavers?",
        "What is there by Ann Finch since 2024?",
        "dams 🙂",
    ]
)


@st.composite
def libraries(draw: st.DrawFn) -> list[Article]:
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    return [
        Article(
            "r",
            f"{number}.txt",
            draw(st.sampled_from(["Beavers", "Dams on the Aske", "北京", "🙂"])),
            text,
            author=draw(st.sampled_from([None, "Ann Finch", "Bo Ek, Ann Finch"])),
            outlet=draw(st.sampled_from([None, "Tidewire"])),
            published=draw(DATES),
            pages=draw(st.sampled_from([(), (0,), (0, len(text) // 2)])),
        )
        for number, text in enumerate(texts)
    ]


def asked(articles: list[Article], questions: list[str], encoder: HashEncoder | MiniLM) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder) / "store", *articles, encoder=encoder)
        with Assistant.open(store, encoder=encoder, once=True) as assistant:
            for question in questions:
                answer = assistant.ask(question)
                check(answer, assistant)
                stored = {article.id: article for article in articles}
                for citation in answer.citations:
                    article = stored[citation.article_id]
                    assert article.text[citation.start : citation.end] == citation.quote
                    assert citation.quote.strip() == citation.quote
                    assert citation.page == article.page(citation.start)
                again = assistant.ask(question).to_dict()
                assert again | {"timings_ms": 0} == answer.to_dict() | {"timings_ms": 0}
                for hit in assistant.search(question):
                    assert hit.passage.text in stored[hit.article.id].text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(libraries(), st.lists(QUESTIONS, min_size=1, max_size=3, unique=True))
def test_every_quote_is_the_stored_text(articles: list[Article], questions: list[str]) -> None:
    asked(articles, questions, HashEncoder())


class MiniLMByWords(MiniLM):
    """The default encoder, whose passages' vectors are made by ONNX too, so that no torch loads."""

    def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
        import numpy as np

        return np.stack([self.encode_question(text) for text in texts])


def test_every_quote_is_the_stored_text_with_the_default_encoder(sample_store: Path) -> None:
    encoder = MiniLMByWords()

    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=8, database=None)
    @given(libraries(), st.lists(QUESTIONS, min_size=2, max_size=3, unique=True))
    def every(articles: list[Article], questions: list[str]) -> None:
        asked(articles, questions, encoder)

    every()
