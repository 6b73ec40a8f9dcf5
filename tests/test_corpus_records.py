"""JSON, lines of JSON and tables: one record an article; lists of links say that they are."""

import json

import pytest

from corpus import ArticleError
from corpus.parts import MAX_DRAFTS
from corpus.read import Reading, parse, reading
from corpus.records import draft_of_record, read_json

TEXT = "The ferry crews walked off the job at five on Monday morning."
RECORDS = [
    {
        "title": "One &amp; two",
        "text": TEXT,
        "authors": ["Mara Lindqvist", {"name": "Jonas Ekberg"}],
        "source": {"id": 1, "name": "Tidewire"},
        "published_at": "2025-03-03T07:00:00Z",
        "url": "https://x.example/1",
    },
    {
        "headline": "Three",
        "content": {"rendered": f"<p>{TEXT}</p><p>And <b>so</b> on.</p>"},
        "Byline": "By Mara Lindqvist and Jonas Ekberg",
        "Publish Date": 1741176000,
        "lang": "en",
    },
    {"title": "no text", "foo": 1},
    5,
]
LINES = "\n".join(map(json.dumps, RECORDS))


def read(content: str | bytes, name: str) -> Reading:
    content = content if isinstance(content, bytes) else content.encode()
    return reading(parse(content, name), "/root", name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps(RECORDS), "a.json"),
        (json.dumps({"status": "ok", "Articles": RECORDS}), "a.json"),
        (json.dumps({"data": {"items": RECORDS}}), "a.json"),
        (json.dumps(RECORDS).encode("utf-16"), "a.json"),
        (b"\xef\xbb\xbf" + LINES.encode(), "a.jsonl"),
        (LINES, "a.ndjson"),
        (LINES, "a.json"),
    ],
)
def test_a_record_is_an_article_with_its_byline(content: str | bytes, name: str) -> None:
    found = read(content, name)
    one, three = found.articles
    assert (one.source, one.title, one.text) == (f"{name}#1", "One & two", TEXT)
    assert (one.author, one.outlet) == ("Mara Lindqvist, Jonas Ekberg", "Tidewire")
    assert (one.published, one.url) == ("2025-03-03T07:00:00+00:00", "https://x.example/1")
    assert one.provenance["published"] == "field published_at"
    assert (three.source, three.title) == (f"{name}#2", "Three")
    assert three.text == f"{TEXT}\n\nAnd so on."
    assert (three.author, three.published) == (
        "Mara Lindqvist, Jonas Ekberg",
        "2025-03-05T12:00:00+00:00",
    )
    assert [source for source, _ in found.failed] == [f"{name}#3", f"{name}#4"]
    assert "its keys are title, foo" in found.failed[0][1]


def test_a_lone_record_has_no_number() -> None:
    assert read(json.dumps(RECORDS[0]), "a.json").articles[0].source == "a.json"
    assert read(json.dumps(RECORDS[:1]), "a.json").articles[0].source == "a.json#1"


@pytest.mark.parametrize("date", [5, 12345, 1741176000000000, True, "03/04/2025", None, [], "soon"])
def test_what_is_no_date_is_absent(date: object) -> None:
    record = {"text": TEXT, "published_at": date}
    assert read(json.dumps(record), "a.json").articles[0].published is None


def test_numbers_that_are_none_cost_nothing() -> None:
    source = f'[{{"text": "{TEXT}", "a": NaN, "b": 1e999, "c": 1{"0" * 400}, "d": {"9" * 9_000}}}]'
    assert read(source, "a.json").articles[0].text == TEXT


def test_lone_surrogates_are_left_out() -> None:
    assert read('{"text": "half \\ud83d a face"}', "a.json").articles[0].text == "half a face"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ('{"a":' * 100_000, "a.json", "too deeply"),
        ("[" * 100_000, "a.jsonl", "too deeply"),
        ("{'a': 1}", "a.json", r"line 1, column 2"),
        ('{"text": "a b", "text": "c d"}', "a.json", "“text” twice"),
        ("[]", "a.json", "empty list"),
        ("[1, 2]", "a.json", "list of a number"),
        ("7", "a.json", "a number, no record"),
        ('{"title": "x"}', "a.json", "its keys are title"),
        ('{"items": [{"text": "a"}], "posts": [{"text": "b"}]}', "a.json", "several lists"),
        (b"\x89PNG\r\n\x1a\n\0", "a.json", "PNG"),
        ("<html><body><p>words</p></body></html>", "a.json", "no valid JSON"),
        ("just text\nmore", "a.jsonl", "no line"),
        ("a,b\n1,2\n", "a.csv", r"no column of text \(a, b\)"),
        ("title,text\n", "a.csv", "without rows"),
        ("%PDF-1.7", "a.csv", "PDF"),
        ('[{"url": "https://a.example"}, {"url": "https://b.example"}]', "a.json", "2 saved links"),
    ],
)
def test_what_holds_no_record_says_why(content: str | bytes, name: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read(content, name)


def test_a_bad_line_costs_only_itself() -> None:
    found = read(f'{{"text": "{TEXT}"}}\n\n{{bad\n{{"text": "{TEXT}"}}\n', "a.jsonl")
    assert [a.source for a in found.articles] == ["a.jsonl#1", "a.jsonl#3"]
    assert [source for source, _ in found.failed] == ["a.jsonl#2"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_row_is_an_article(delimiter: str, mark: str) -> None:
    rows = (
        ("Title", "Text", "Author", "Date"),
        ("One", '"First line\n\nsecond ""line"", so"', "Mara Lindqvist", "2025-03-03"),
        ("Two", "text", "", "03/04/2025"),
        ("Three", "text", "", "", "more than the header names"),
    )
    found = read(mark + "\r\n".join(map(delimiter.join, rows)), "a.csv")
    one, two = found.articles
    assert (one.title, one.author, one.published) == ("One", "Mara Lindqvist", "2025-03-03")
    assert one.text == 'First line\n\nsecond "line", so'
    assert (two.source, two.author, two.published) == ("a.csv#2", None, None)
    assert "5 fields" in found.failed[0][1]


def test_a_quote_that_is_never_closed_swallows_no_other_article() -> None:
    found = read('title,text\nOne,"a text"\nTwo,"open\nThree,text\n', "a.csv")
    assert [a.title for a in found.articles] == ["One"]
    assert "never closed" in found.failed[0][1]


def test_a_field_of_megabytes_is_read() -> None:
    found = read(f"title,text\nOne,{TEXT * 10_000}\n", "a.csv")
    assert found.articles[0].text == TEXT * 10_000


LINKS = {
    "pocket.csv": "title,url,time_added,tags,status\nx,https://a.example,1741176000,,unread\n",
    "instapaper.csv": "URL,Title,Selection,Folder,Timestamp\nhttps://a.example,x,words,Unread,1\n",
    "reader.csv": "Title,URL,ID,Document tags,Saved date\nx,https://a.example,1,,2025-03-03\n",
    "bookmarks.html": "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><DT><A HREF='https://a.example'>x</A>",
    "ril_export.html": "<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><ul>"
    '<li><a href="https://a.example" time_added="1" tags="">x</a></li></ul></body></html>',
    "instapaper.html": "<html><head><title>Instapaper: Export</title></head><body><ol>"
    '<li><a href="https://a.example">x</a></li></ol></body></html>',
}


@pytest.mark.parametrize("name", LINKS)
def test_an_export_of_links_is_reported_as_one(name: str) -> None:
    with pytest.raises(ArticleError, match=r"^a list of 1 saved link \(.*save the pages"):
        read(LINKS[name], name)


def test_highlights_are_reported_as_highlights() -> None:
    with pytest.raises(ArticleError, match="highlights"):
        read("Highlight,Book Title,Book Author\nx,y,z\n", "a.csv")


def test_a_page_full_of_links_is_a_page() -> None:
    links = "".join(f"<p><a href='/{n}'>Story {n} about the ferries</a></p>" for n in range(40))
    found = read(f"<html><body><h1>The week</h1>{links}</body></html>", "a.html")
    assert "Story 39" in found.articles[0].text


def test_records_whose_text_lies_one_level_down() -> None:
    fields = {"headline": "Eels return", "byline": "Phoebe Garner and Tim Oduya", "bodyText": TEXT}
    record = {"webTitle": "Eels", "webPublicationDate": "2024-06-01T05:00:00Z", "fields": fields}
    (draft,) = read_json(json.dumps({"response": {"results": [record]}}).encode())
    assert draft.text.startswith(TEXT[:20])
    assert draft.metadata.values["author"] == "Phoebe Garner, Tim Oduya"
    assert draft.metadata.values["published"] == "2024-06-01T05:00:00+00:00"


def test_a_headline_and_a_byline_may_be_objects() -> None:
    record = {"headline": {"main": "A tide of paper"}, "lead_paragraph": "The tide rose. " * 20,
              "byline": {"original": "By Lena Quist and Abe Morrow"}}  # fmt: skip
    (draft,) = read_json(json.dumps([record]).encode())
    assert draft.metadata.values == {"title": "A tide of paper", "author": "Lena Quist, Abe Morrow"}


def test_a_teaser_is_no_text() -> None:
    with pytest.raises(ArticleError, match="no text"):
        draft_of_record({"title": "A", "description": "Only a line that says what it is about."})
    assert draft_of_record({"title": "A", "description": "A whole account of it. " * 10}).text


def test_too_many_records_are_refused_before_any_is_read() -> None:
    lines = b'{"title": "a", "text": "b"}\n' * (MAX_DRAFTS + 1)
    with pytest.raises(ArticleError, match="more than 100,000 articles"):
        parse(lines, "a.jsonl")


def test_each_record_of_several_is_told() -> None:
    told: list[int] = []
    parse(b'{"text": "one"}\n{"nothing": 1}\n', "a.jsonl", page_read=lambda: told.append(1))
    assert len(told) == 2
