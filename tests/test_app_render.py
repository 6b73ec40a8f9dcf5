"""The page's HTML: nothing of an article or a question becomes markup, and quotes stay whole."""

import shlex
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Article
from qa.render import (
    TAGS,
    Exchange,
    clean,
    coverage,
    day,
    failed,
    masthead,
    nothing_here,
    plain,
    welcome,
)
from qa.render_answer import conversation
from qa.render_sources import WINDOW, article_page, sources
from qa.types import Answer, Nearest, Sentence, cite

HOSTILE = [
    "<script>fetch('http://evil.example')</script>",
    "<img src=http://evil.example/x.png onerror=alert(1)>",
    "<svg onload=alert(1)><image href='http://evil.example/x.svg'/></svg>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<form action=http://evil.example><input name=q></form>",
    "<a href='javascript:alert(1)'>click</a>",
    "<iframe src=http://evil.example></iframe>",
    "<b style='background:url(http://evil.example)'>bold</b>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</button></section><script>alert(1)</script>",
    "<!-- --><meta http-equiv=refresh content='0;url=http://evil.example'>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} `backtick` \\u003cscript\\u003e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "![x](http://evil.example/x.png) [x](javascript:alert(1))",
]


class Seen(HTMLParser):
    """Tags, attributes and text of a piece of HTML; the text inside <mark> apart."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = self.marked = ""
        self._marking = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attributes
        self._marking = self._marking or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._marking = self._marking and tag != "mark"

    def handle_data(self, text: str) -> None:
        self.text += text
        self.marked += text if self._marking else ""


def harmless(html: str) -> Seen:
    """Assert that `html` can load, run and send nothing."""
    seen = Seen(html)
    assert seen.tags <= TAGS
    for name, value in seen.attributes:
        assert not name.startswith("on") and name not in ("style", "src", "srcset", "action")
        assert name != "href" or (value or "").startswith(("http://", "https://"))
    return seen


def hostile_article(words: str) -> Article:
    return Article(
        root="r",
        source=words,
        title=words,
        text=f"Before. {words} After.\n\nMore {words}.",
        author=words,
        outlet=words,
        published="2024-03-10",
        url=words,
        language=words,
        provenance={"title": words, "author": words, "outlet": words},
    )


def answered(article: Article, start: int, end: int, span: tuple[int, int] | None) -> Answer:
    quote = article.text[start:end]
    return Answer(
        question="q",
        standalone_question="q",
        text=f"{quote} [1]",
        sentences=(Sentence(quote, (1,), span),),
        citations=(cite(1, article, start, end),),
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_of_an_article_becomes_markup(words: str) -> None:
    article = hostile_article(words)
    answer = answered(article, 8, 8 + len(words), (1, 5))
    talk = harmless(conversation([Exchange(words, answer)]))
    assert talk.text.count(words) == 2 + 1  # the question, the sentence, the outlet that said it
    beside = harmless(sources(0, Exchange(words, answer)))
    assert words in beside.text
    opened = harmless(article_page(article, (8, 8 + len(words)), 0))
    assert opened.marked == words
    assert "Original" not in opened.text


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_of_a_refusal_or_a_failure_becomes_markup(words: str) -> None:
    near = Nearest(words, words, words, words, 0.5)
    refusal = Answer(words, words, words, True, "not_said", nearest=(near,))
    seen = harmless(conversation([Exchange(words, refusal)], covered=words))
    assert "No answer in the articles" in seen.text and words in seen.text
    assert words in harmless(sources(0, Exchange(words, refusal))).text
    assert words in harmless(conversation([Exchange(words, failure=words)])).text
    assert words in harmless(failed(words)).text
    assert shlex.quote(words) in harmless(clean(nothing_here(words))).text
    assert words in harmless(clean(welcome([words]))).text
    harmless(masthead({"articles": 3, "published_from": words, "published_to": words}))


def test_clean_is_a_second_wall() -> None:
    harmless(clean("".join(HOSTILE)))
    assert clean("<p onclick=x><img src=http://evil.example>a<script>b</script></p>") == "<p>a</p>"


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://paper.example/a?b=1&c=2", True),
        ("http://paper.example/a", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://paper.example/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("//paper.example/a", False),
        ("paper.example/a", False),
        ("http:alert(1)", False),
        ("http://[", False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str, linked: bool) -> None:
    html = article_page(Article("r", "a.md", "Title", "Text.", url=url), None, -1)
    attributes = dict(harmless(html).attributes)
    assert attributes.get("href") == (url if linked else None)
    if linked:
        assert attributes["rel"] == "noopener noreferrer nofollow"
        assert attributes["target"] == "_blank"


def test_an_answer_shows_the_span_in_bold_and_a_chip_that_names_its_source() -> None:
    article = Article(
        "r", "a.md", "Beavers", "There are 41 beavers.", outlet="Field", published="2025-09-06"
    )
    html = conversation([Exchange("How many?", answered(article, 0, 21, (10, 20)))])
    assert "<strong>41 beavers</strong>" in html
    assert 'data-open="0:1"' in html and ">[1]</button>" in html
    assert "Source 1: Beavers, Field, 6 September 2025" in html


def test_a_span_outside_its_sentence_is_not_marked() -> None:
    article = Article("r", "a.md", "Beavers", "There are 41 beavers.")
    html = conversation([Exchange("How many?", answered(article, 0, 21, (10, 99)))])
    assert "<strong>" not in html and "There are 41 beavers." in html


def test_answer_refusal_failure_emptiness_and_waiting_are_told_apart() -> None:
    article = Article("r", "a.md", "Beavers", "There are 41 beavers.")
    looks = {
        "answer": Exchange("q", answered(article, 0, 21, None)),
        "refusal": Exchange("q", Answer("q", "q", "No.", True, "off_subject")),
        "failure": Exchange("q", failure="Broken."),
        "empty": Exchange("q", failure="Nothing there.", empty=True),
        "pending": Exchange("q"),
    }
    for name, exchange in looks.items():
        html = conversation([exchange], store="s")
        assert [other for other in looks if f'class="{other}"' in html] == [name]


def test_a_question_that_was_understood_otherwise_says_so() -> None:
    article = Article("r", "a.md", "Beavers", "There are 41 beavers.")
    plain_answer = answered(article, 0, 21, None)
    followed = Answer("And dams?", "How many dams?", "", sentences=plain_answer.sentences)
    assert "Understood as: How many dams?" in conversation([Exchange("And dams?", followed)])
    assert "Understood as" not in conversation([Exchange("q", plain_answer)])


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1),
    ends=st.tuples(st.integers(0, 200), st.integers(0, 200)),
)
def test_the_marked_words_are_the_quote(text: str, ends: tuple[int, int]) -> None:
    start, end = sorted(min(each, len(text)) for each in ends)
    seen = harmless(article_page(Article("r", "a.txt", "T", text), (start, end), 0))
    assert "".join(seen.marked.split()) == "".join(text[start:end].split())


def test_a_long_article_is_a_window_around_the_quote() -> None:
    text = "Early words. " * 40_000 + "\n\nThe needle.\n\n" + "Late words. " * 40_000
    start = text.index("The needle.")
    html = article_page(Article("r", "a.txt", "Long", text), (start, start + 11), 0)
    seen = harmless(html)
    assert seen.marked == "The needle."
    assert len(seen.text) < 2 * WINDOW + 2_000
    assert "earlier characters are not shown" in seen.text
    assert "later characters are not shown" in seen.text


def test_one_line_of_ten_megabytes_is_a_window_too() -> None:
    html = article_page(Article("r", "a.txt", "Long", "x" * 10_000_000), (5_000_000, 5_000_010), 0)
    assert harmless(html).marked == "x" * 10
    assert len(html) < 2 * WINDOW + 3_000


def test_half_of_a_surrogate_pair_is_shown_as_a_question_mark() -> None:
    assert plain("a\ud800b") == "a?b"
    assert "a?b" in conversation([Exchange("a\ud800b", failure="\udfff")])


def test_text_of_any_script_finds_its_own_direction() -> None:
    article = Article("r", "a.txt", "خبر عن القنادس", "قال العلماء. 水獺回來了。", language="ar")
    html = article_page(article, (0, 12), 0)
    assert 'lang="ar"' in html and html.count('dir="auto"') >= 3
    assert harmless(html).marked == "قال العلماء."


def test_a_page_number_stands_on_the_card_and_in_the_reader() -> None:
    article = Article("r", "a.pdf", "T", "One page.\n\nTwo page.", pages=(0, 11))
    answer = answered(article, 11, 20, None)
    assert "page 2" in sources(0, Exchange("q", answer))
    assert "page 2" in article_page(article, (11, 20), 0)


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2024", "2024"),
        ("2024-03", "March 2024"),
        ("2024-03-01", "1 March 2024"),
        ("2024-03-10T14:05:00+00:00", "10 March 2024"),
        (None, "undated"),
        ("soon", "undated"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(published: str | None, words: str) -> None:
    assert day(published) == words


def test_coverage_counts_articles_and_names_the_dates() -> None:
    dates = {"published_from": "2023-01-02", "published_to": "2024-03"}
    assert coverage({"articles": 1200, **dates}) == "1,200 articles, 2 January 2023 – March 2024"
    assert coverage({"articles": 1, "published_from": "2024", "published_to": "2024"}) == (
        "1 article, 2024"
    )
    assert coverage({"articles": 2, "published_from": None, "published_to": None}) == "2 articles"
    assert coverage({}) == coverage(None) == ""


def test_citation_numbers_without_a_citation_are_left_out() -> None:
    answer = Answer("q", "q", "", sentences=(Sentence("Said.", (1, 7)),), citations=())
    assert "[7]" not in conversation([Exchange("q", answer)])
