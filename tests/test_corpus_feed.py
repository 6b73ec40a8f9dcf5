"""RSS and Atom: one entry an article; nothing that a feed declares is expanded or fetched."""

import pytest

from corpus import ArticleError
from corpus.feed import read_feed
from corpus.read import Reading, parse, reading

TEXT = "The ferry crews walked off the job at five on Monday morning."
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Lenton Courier</title>
<link>https://lenton.example</link><language>en-gb</language>
<managingEditor>ed@lenton.example (The Editor)</managingEditor>
<item><title>Ferry &amp;amp; crews</title><link>https://lenton.example/1</link>
<dc:creator>Mara Lindqvist</dc:creator><dc:creator>Jonas Ekberg</dc:creator>
<pubDate>Mon, 03 Mar 2025 07:00:00 +0100</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{TEXT}</p><p>And so on.</p><script>alert(1)</script>]]>
</content:encoded>
</item>
<item><title>Two</title><guid>https://lenton.example/2</guid>
<author>j@x.example (Jonas Ekberg)</author><dc:date>2025-03-03</dc:date>
<description>{TEXT}</description></item>
<item><title>Three</title></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Tidewire</title>
<link href="https://tide.example/"/><updated>2025-01-01T00:00:00Z</updated>
<author><name>Feed Author</name></author>
<entry><title type="html">One &lt;b&gt;x&lt;/b&gt;</title><link href="https://tide.example/1"/>
<published>2025-03-03T07:00:00+01:00</published><updated>2025-03-04T07:00:00Z</updated>
<author><name>Mara Lindqvist</name><email>mara@tide.example</email></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div></content>
</entry>
<entry><title>Two</title><link href="/2"/><updated>2025-03-04T07:00:00Z</updated>
<summary>{TEXT}</summary></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Old</title></channel><item><title>One</title><link>https://old.example/1</link>
<dc:date>2025-03-03T07:00:00Z</dc:date><description>{TEXT}</description></item></rdf:RDF>"""


def read(content: str | bytes, name: str) -> Reading:
    content = content if isinstance(content, bytes) else content.encode()
    return reading(parse(content, name), "/root", name)


@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_an_item_of_rss_is_an_article(name: str) -> None:
    found = read(RSS, name)
    one, two = found.articles
    assert (one.source, one.title) == (f"{name}#1", "Ferry & crews")
    assert (one.author, one.outlet) == ("Mara Lindqvist, Jonas Ekberg", "Lenton Courier")
    assert (one.published, one.language) == ("2025-03-03T07:00:00+01:00", "en-gb")
    assert (one.url, one.text) == ("https://lenton.example/1", f"{TEXT}\n\nAnd so on.")
    assert (two.author, two.published) == ("Jonas Ekberg", "2025-03-03")
    assert (two.url, two.modified) == ("https://lenton.example/2", None)
    assert found.failed == ((f"{name}#3", "the entry “Three” has no text; save its page"),)


def test_an_entry_of_atom_is_an_article_and_an_update_is_no_publication() -> None:
    one, two = read(ATOM, "a.atom").articles
    assert (one.title, one.author, one.language) == ("One x", "Mara Lindqvist", "de")
    assert (one.published, one.modified) == (
        "2025-03-03T07:00:00+01:00",
        "2025-03-04T07:00:00+00:00",
    )
    assert (two.author, two.published, two.modified) == (
        "Feed Author",
        None,
        "2025-03-04T07:00:00+00:00",
    )
    assert (two.url, two.text) == ("https://tide.example/2", TEXT)


def test_rss_1_and_other_charsets() -> None:
    (article,) = read(RDF, "a.rss").articles
    assert (article.published, article.outlet) == ("2025-03-03T07:00:00+00:00", "Old")
    latin = '<?xml version="1.0" encoding="iso-8859-1"?>' + RDF.replace("Old", "Café")
    assert read(latin.encode("latin-1"), "a.rss").articles[0].outlet == "Café"
    assert read(RDF.replace("Old", "Café").encode("utf-16"), "a.rss").articles[0].outlet == "Café"


def test_a_feed_that_is_cut_off_gives_what_is_there() -> None:
    assert read(RSS[: RSS.index("<item><title>Three")], "a.rss").articles[1].text == TEXT


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY e SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p; <!ENTITY e "secret">',
        '<!ENTITY a "lol">'
        + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">'
            for a, b in zip("abcdefghi", "bcdefghij", strict=True)
        )
        + '<!ENTITY e "&j;">',
    ],
)
def test_entities_are_neither_expanded_nor_fetched(entities: str) -> None:
    item = "<item><title>t</title><description>Before &e; after</description></item>"
    source = f'<!DOCTYPE r [{entities}]><rss version="2.0"><channel>{item}</channel></rss>'
    text = read(source, "a.rss").articles[0].text
    assert text.startswith("Before") and text.endswith("after") and len(text) < 100


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<note><a>b</a></note>", "its root is note"),
        ("<!doctype html><html><body><p>words</p></body></html>", "a page, not a feed"),
        ("<opml><body><outline/></body></opml>", "a list of feeds"),
        ("<urlset><url/></urlset>", "sitemap"),
        ('<rss version="2.0"><channel><title>x</title></channel></rss>', "without entries"),
        ("just text", "no XML"),
        (b"%PDF-1.7", "PDF"),
        ("<!--" * 100_000, "no XML"),
        ("<?x " * 100_000, "no XML"),
        ("<a>" * 200_000, "its root is a"),
    ],
)
def test_what_is_no_feed_says_so(content: str | bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read(content, "a.xml")


def test_an_element_of_thousands_of_attributes_is_refused() -> None:
    attributes = " ".join(f"a{number}='x'" for number in range(5_000))
    with pytest.raises(ArticleError, match="attributes"):
        read_feed(RSS.replace("<item>", f"<item {attributes}>", 1).encode())
