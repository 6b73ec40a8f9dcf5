"""`python -m qa evaluate`: what is asked, what is counted, compared, pictured and drafted."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import store_of

from corpus import Article
from qa.__main__ import main
from qa.draft_questions import byline, cloze, draft, headline
from qa.evaluate import compare, opened, table
from qa.outcome import Outcome, Run
from qa.question_file import read_questions
from qa.report import report
from qa.run import ask_all

BEAVERS = Article(
    "r",
    "beavers.md",
    "Beavers on the Aske",
    "Wardens counted 37 beavers on the Aske in August. The survey was led by Neve Halloran of the "
    "field station at Tarn Force. The animals were set free at Sarn Bridge in 2019 by the wardens.",
    author="Ann Finch, Bo Reed",
    outlet="Tidewire",
    published="2024-03-10",
)
FERRY = Article(
    "r",
    "ferry.txt",
    "Ferry crews walk out",
    "Ferry crews began a strike of five days over the winter roster on Monday. The union says that "
    "58 sailings a week will not take place while the strike lasts.",
)
VAULT = Article(
    "r",
    "vault.txt",
    "A cold room for barley",
    "The seed vault keeps 14,200 packets of barley at the end of a tunnel in a hill. The quarry "
    "above the tunnel closed in 1974 and its owner gave the land away.",
)
LINES: list[dict[str, Any]] = [
    {
        "question": "How many beavers did the wardens count on the Aske?",
        "answers": ["37 beavers"],
        "article": "beavers.md",
        "kind": "how_many",
        "history": [],
    },
    {
        "question": "Who led the survey of the beavers?",
        "answers": ["Neve Halloran"],
        "article": "beavers.md",
        "kind": "who",
        "history": ["How many beavers did the wardens count on the Aske?"],
    },
    {
        "question": "How many packets of barley does the seed vault keep?",
        "answers": ["14,200 packets"],
        "article": None,
        "kind": "how_many",
        "history": [],
    },
    {
        "question": "Which composer premiered an oratorio in Vienna?",
        "answers": [],
        "article": None,
        "kind": "off_subject",
        "history": [],
    },
    {
        "question": "How many packets of barley does the seed vault keep?",
        "answers": [],
        "article": None,
        "kind": "withheld",
        "history": [],
        "without": "vault.txt",
    },
]
Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_of(tmp_path_factory.mktemp("evaluate") / "store", BEAVERS, FERRY, VAULT)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return written(tmp_path / "questions.jsonl", LINES)


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def evaluate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Printed:
    """Run the command in this process: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    monkeypatch.delenv("BYLINE_STORE", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main(["evaluate", *map(str, arguments)])
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


# What it prints


def test_json_has_the_measures_of_all_and_by_kind(
    evaluate: Printed, store: Path, questions: Path
) -> None:
    status, out, _ = evaluate(questions, "--store", store, "--json")
    told = json.loads(out)
    assert status == 0 and told["questions"] == 5
    measures = told["measures"]
    assert {name: measures[name] for name in ("success@20", "R@20", "citation_validity")} == {
        "success@20": 1,
        "R@20": 1,
        "citation_validity": 1,
    }
    names = (
        "correct success@1 success@5 success@20 R@1 R@5 R@20 RR nDCG@10 sentence_accuracy"
        " exact_match f1 exact_match_when_right f1_when_right answered refusal_precision"
        " refusal_recall right_article citation_validity refusal_balanced_accuracy"
    )
    assert list(measures) == names.split()
    assert all(value is None or 0 <= value <= 1 for value in measures.values())
    assert {kind: each["questions"] for kind, each in told["by_kind"].items()} == {
        "how_many": 2,
        "off_subject": 1,
        "who": 1,
        "withheld": 1,
    }
    assert told["by_kind"]["off_subject"]["success@1"] is None
    assert set(told["latency_ms"]) == {"p50", "p95"}
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p95"]
    assert [each["line"] for each in told["outcomes"]] == [1, 2, 3, 4, 5]


def test_each_measure_is_the_mean_of_what_the_questions_got(
    evaluate: Printed, store: Path, questions: Path
) -> None:
    _, out, _ = evaluate(questions, "--store", store, "--json", "-k", "3", "1")
    told = json.loads(out)
    outcomes = told["outcomes"]
    right = [each["right"] for each in outcomes]
    refused = [each["refused"] for each in outcomes]
    measures = told["measures"]
    assert measures["correct"] == sum(right) / 5
    assert measures["sentence_accuracy"] == sum(right[:3]) / 3
    assert measures["answered"] == refused[:3].count(False) / 3
    assert measures["refusal_recall"] == sum(refused[3:]) / 2
    assert measures["refusal_precision"] == sum(refused[3:]) / sum(refused)
    assert measures["RR"] == pytest.approx(sum(1 / each["rank"] for each in outcomes[:3]) / 3)
    assert {"success@1", "success@3", "R@3"} < set(measures) and "success@5" not in measures


def test_a_table_is_printed_without_json(evaluate: Printed, store: Path, questions: Path) -> None:
    status, out, _ = evaluate(questions, "--store", store)
    assert status == 0
    assert out.startswith("5 questions over ")
    for part in ("sentence_accuracy", "refusal_recall", "nDCG@10", "off_subject", "ms (median)"):
        assert part in out
    assert max(map(len, out.splitlines())) <= 92


def test_a_question_is_asked_without_the_article_that_it_says(store: Path, tmp_path: Path) -> None:
    with opened(store, "hash") as assistant:
        run = ask_all(assistant, read_questions(written(tmp_path / "q", LINES)))
        told, withheld = run.outcomes[2], run.outcomes[4]
        assert "vault.txt" in told.found[0]
        assert not any("vault.txt" in place for place in withheld.found)
        # What was withheld from one question is there for the next.
        again = ask_all(assistant, read_questions(written(tmp_path / "q", LINES[4:] + LINES[2:3])))
        assert "vault.txt" in again.outcomes[1].found[0]


def test_a_copy_of_the_right_article_is_as_good(tmp_path: Path) -> None:
    copy = replace(VAULT, source="copy/vault.txt")
    store = store_of(tmp_path / "copies", VAULT, copy, FERRY)
    lines = [LINES[2] | {"article": each} for each in ("vault.txt", "copy/vault.txt")]
    lines.append(LINES[4])
    with opened(store, "hash") as assistant:
        run = ask_all(assistant, read_questions(written(tmp_path / "q", lines)))
    first, second, withheld = run.outcomes
    assert first.values == second.values and first.values["success@20"] == 1
    assert first.values["R@20"] == first.values["nDCG@10"] == 1
    if not first.refused:
        assert first.values["right_article"] == 1
    assert not any("vault.txt" in place for place in withheld.found)


def test_a_strictness_of_one_refuses_and_of_none_answers(
    evaluate: Printed, store: Path, questions: Path
) -> None:
    told = [
        json.loads(evaluate(questions, "--store", store, "--json", "--strictness", each)[1])
        for each in ("0", "1")
    ]
    assert [each["measures"]["answered"] for each in told] == [1, 0]
    assert told[1]["measures"]["refusal_recall"] == 1
    # How sure each answer was, and whether the best sentence was right, does not depend on it.
    lenient, strict = (
        [(each["confidence"], each["best_right"]) for each in run["outcomes"]] for run in told
    )
    assert lenient == strict


def test_an_article_that_is_not_there_is_named(
    evaluate: Printed, store: Path, tmp_path: Path
) -> None:
    path = written(tmp_path / "q", [LINES[0] | {"article": "lost.txt"}])
    status, out, err = evaluate(path, "--store", store, "--json")
    assert status == 0 and "has no article lost.txt" in err
    assert json.loads(out)["measures"]["success@20"] == 0


# Files of questions


def test_only_the_question_and_its_answers_must_be_given(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\n{"question": "Who?", "answers": [], "more": 1}\r\n\n')
    (item,) = read_questions(path)
    assert (item.line, item.article, item.kind, item.history) == (2, None, "other", ())


GOOD = b'{"question": "Who sank?", "answers": ["it"]}\n'
BAD = {
    b"nonsense": "is no JSON",
    b'{"question": "Who?", "answers": []': "is no JSON",
    b"[" * 100_000: "is no JSON",
    b'["Who?"]': "is no object",
    b"7": "is no object",
    b'{"question": "Who?"}': "lacks 'answers'",
    b'{"answers": []}': "lacks 'question'",
    b'{"question": 7, "answers": []}': "'question' is no text",
    b'{"question": "", "answers": []}': "without words",
    b'{"question": "?!", "answers": []}': "without words",
    b'{"question": "Who?", "answers": "it"}': "'answers' is no list",
    b'{"question": "Who?", "answers": null}': "'answers' is no list",
    b'{"question": "Who?", "answers": [1]}': "'answers' is no list",
    b'{"question": "Who?", "answers": [" "]}': "blank",
    b'{"question": "Who?", "answers": [], "kind": 1}': "'kind' is no text",
    b'{"question": "Who?", "answers": [], "article": ["a"]}': "'article' is no text",
    b'{"question": "Who?", "answers": [], "history": "Why?"}': "'history' is no list",
    b'{"question": "Who?", "answers": [], "history": [{"question": "a"}]}': "'history' is no list",
    b'{"question": "Who?", "answers": [], "history": [""]}': "without words",
    b'{"question": "Who?", "answers": [], "article": "a", "without": "a"}': "very article",
    b'{"question": "%s", "answers": []}' % (b"who " * 600): "more than 2,000",
    b'{"question": "Who\xff?", "answers": []}': "not UTF-8",
    "{'question': 'Who?', 'answers': []}".encode("utf-16"): "",
}


@pytest.mark.parametrize(("line", "reason"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_line_is_named_by_its_number(
    evaluate: Printed, tmp_path: Path, line: bytes, reason: str
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(GOOD + b"\n" + line + b"\n" + GOOD)
    status, out, err = evaluate(path, "--store", tmp_path / "none")
    assert (status, out) == (1, "") and "q.jsonl, line 3: " in err and reason in err
    assert len(err.splitlines()) == 1 and len(err) < 400


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_questions_is_said_to_be_so(
    evaluate: Printed, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    status, _, err = evaluate(path)
    assert status == 1 and "holds no question" in err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.jsonl",),
        (".",),
        ("q.jsonl", "--html", "no/such/folder/r.html"),
        ("q.jsonl", "--compare", "missing.json"),
        ("q.jsonl", "--compare", "q.jsonl"),
        ("q.jsonl", "--make", "r.jsonl"),
        ("--make", "--count", "0"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    evaluate: Printed, store: Path, questions: Path, arguments: tuple[str, ...]
) -> None:
    questions.rename(questions.with_name("q.jsonl"))
    status, out, err = evaluate(*arguments, "--store", store)
    assert (status, out) == (1, "") and err.startswith("error: ") and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("-k", "0"), ("--tolerance", "2"), ("--tolerance", "nan"), ("-k", "x")]
)
def test_a_flag_that_cannot_be_is_refused(evaluate: Printed, arguments: tuple[str, ...]) -> None:
    assert evaluate("q.jsonl", *arguments)[0] == 2


# Comparing


def test_a_run_compared_with_itself_has_not_changed(
    evaluate: Printed, store: Path, questions: Path, tmp_path: Path
) -> None:
    _, out, _ = evaluate(questions, "--store", store, "--json")
    saved = tmp_path / "saved.json"
    saved.write_text(out, "utf-8")
    status, out, err = evaluate(questions, "--store", store, "--json", "--compare", saved)
    compared = json.loads(out)["comparison"]
    assert status == 0 and "error" not in err
    assert (compared["questions"], compared["regressions"]) == (5, [])
    assert {each["difference"] for each in compared["measures"].values()} == {0}


def test_a_library_that_lost_an_article_is_worse(
    evaluate: Printed, store: Path, questions: Path, tmp_path: Path
) -> None:
    poorer = store_of(tmp_path / "poorer", FERRY, VAULT)
    arguments = (questions, "--store", poorer, "--compare", store)
    status, out, err = evaluate(*arguments)
    assert status == 1 and "worse than" in err and "success@20" in err.splitlines()[-1]
    assert "compared over 5 questions" in out
    status, out, _ = evaluate(*arguments, "--tolerance", "1")
    assert status == 0 and " worse" not in out
    # The other way round nothing that is found got worse.
    status, out, _ = evaluate(questions, "--store", store, "--compare", poorer, "--json")
    compared = json.loads(out)["comparison"]
    assert compared["measures"]["success@20"]["difference"] == pytest.approx(2 / 3)


def outcome(number: int, *, right: bool, kind: str = "who", **fields: Any) -> Outcome:
    return Outcome(
        **{
            "line": number,
            "question": f"Question {number}?",
            "kind": kind,
            "answers": ("it",),
            "article": "a.txt",
            "history": (),
            "without": None,
            "right": right,
            "best_right": right,
            "refused": False,
            "confidence": number / 100,
            "text": "It sank. [1]",
            "source": "a.txt",
            "rank": 1,
            "found": ("A (a.txt)",),
            "milliseconds": 10.0 * number,
            "values": {"correct": float(right)},
            **fields,
        }
    )


def run_of(*right: bool, **fields: Any) -> Run:
    return Run("s", (1, 5), tuple(outcome(n, right=r, **fields) for n, r in enumerate(right, 1)))


def test_a_regression_is_what_fell_by_more_than_the_tolerance() -> None:
    before, after = run_of(True, True, True, True), run_of(True, True, True, False)
    for tolerance, worse in ((0.0, ["correct"]), (0.2, ["correct"]), (0.25, []), (0.5, [])):
        assert compare(before, after, tolerance, "x").regressions == worse
    assert compare(after, before, 0.0, "x").regressions == []
    # Of the right ones there may be more, and harder ones.
    spans = [run_of(True, values={"exact_match_when_right": value}) for value in (1.0, 0.0)]
    assert compare(*spans, 0.0, "x").regressions == []
    assert any(line.endswith("worse") for line in table(after, compare(before, after, 0, "x")))


def test_questions_are_paired_by_what_they_ask() -> None:
    before = run_of(True, False, False)
    after = Run("t", (1,), (before.outcomes[2], before.outcomes[0], outcome(9, right=True)))
    compared = compare(before, after, 0.0, "x")
    assert compared.paired == 2 and compared.measures["correct"].difference == 0
    with pytest.raises(Exception, match="none of these questions"):
        compare(before, Run("t", (1,), (outcome(9, right=True),)), 0.0, "x")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"outcomes": []}',
        '{"store": 1, "ks": 3, "outcomes": 3}',
        '{"store": "s", "ks": [1], "outcomes": [{}]}',
        '{"questions": 3, "measures": {}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_saved_run_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "saved.json"
    path.write_text(content, "utf-8")
    with pytest.raises(Exception, match=r"saved\.json: is no saved run"):
        Run.load(path)


def test_a_saved_run_is_the_run(tmp_path: Path) -> None:
    run = run_of(True, False)
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(run.to_dict()), "utf-8")
    assert Run.load(path) == run
    assert run.latency == {"p50": 15.0, "p95": 19.5}


# The report


class Tags(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)></svg></style>&amp;"


def evil_run() -> Run:
    return run_of(
        False,
        True,
        False,
        kind=EVIL,
        question=EVIL,
        answers=(EVIL,),
        text=f"It is {EVIL}. [1]",
        source=EVIL,
        article=EVIL,
        without=EVIL,
        history=(EVIL,),
        found=(EVIL,),
        values={"correct": 0.0, "success@1": 1.0},
    )


def test_the_report_shows_the_failures_and_what_was_found() -> None:
    failed = outcome(7, right=False, text="They sank it. [1]", found=("Other (b.txt)",), rank=4)
    run = Run("s", (1, 5), (outcome(1, right=True), failed))
    shown = Tags(report(run, "q.jsonl")).text
    assert "2 questions, 50.0 % right" in shown and "Failures (1)" in shown
    for part in ("Question 7?", "line 7", "They sank it.", "Other (b.txt)", "is number 4"):
        assert part in shown
    assert "Question 1?" not in shown
    assert "<mark>it</mark>" not in report(run_of(True), "q")  # no failure, nothing marked
    assert "There are none." in report(run_of(True), "q")


def test_the_report_has_its_pictures() -> None:
    run = run_of(True, False, True, True)
    page = report(run, "q.jsonl", compare(run_of(True, True, True, True), run, 0.0, "before"))
    labels = {value for name, value in Tags(page).attributes if name == "aria-label"}
    assert labels == {
        "Right, wrong and refused by kind",
        "Risk over coverage",
        "Calibration",
        "Differences with their 95 % intervals",
    }
    # Without confidences there is nothing to draw the two curves from.
    unsure = report(run_of(True, False, confidence=0.0), "q.jsonl")
    assert "Calibration" not in unsure and "By kind" in unsure


def test_the_report_escapes_everything_and_asks_for_nothing() -> None:
    run = evil_run()
    page = report(run, EVIL, compare(run, run, 0.0, EVIL))
    found = Tags(page)
    assert not {"script", "img", "link", "iframe", "object", "a", "form"} & set(found.tags)
    names = {name for name, _ in found.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"src", "href"}
    assert "alert(1)" in found.text and found.text.count(EVIL) > 5
    assert "url(" not in page and "@import" not in page
    assert "default-src 'none'" in page


def test_a_browser_shows_the_report_without_a_request(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("there is no chromium")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(report(evil_run(), EVIL), "utf-8")
    asked, said = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        drawn = page.locator("svg rect").count()
        browser.close()
    assert (asked, said, wide) == ([path.as_uri()], [], 390) and drawn


def test_the_command_writes_the_report(
    evaluate: Printed, store: Path, questions: Path, tmp_path: Path
) -> None:
    status, _, _ = evaluate(questions, "--store", store, "--html", tmp_path / "r.html")
    assert status == 0 and "</html>" in (tmp_path / "r.html").read_text("utf-8")


# Drafts


def test_a_cloze_question_takes_out_what_it_asks_for() -> None:
    assert [(line["question"], line["answers"], line["kind"]) for line in cloze(BEAVERS)] == [
        (
            "Wardens counted how many beavers on the Aske in August?",
            ["37 beavers", "37"],
            "how_many",
        ),
        (
            "The survey was led by who of the field station at Tarn Force?",
            ["Neve Halloran"],
            "who",
        ),
        ("The animals were set free at Sarn Bridge when by the wardens?", ["2019"], "when"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "They counted 37 beavers on the river in the last days of August.",
        "Line 7 itself runs through the whole of the town and out again.",
        "Nothing is said here that anybody could ever be asked about at all.",
        "Too short for 37 beavers.",
        "Am Donnerstag gründeten viele Leute im Saal des Gasthofs eine Genossenschaft.",
        "",
    ],
)
def test_a_sentence_that_makes_no_question_is_left_out(text: str) -> None:
    assert list(cloze(Article("r", "a", "A", text))) == []


def test_headlines_and_bylines_are_asked_for() -> None:
    (line,) = headline(BEAVERS)
    assert line["question"] == "What happened: Beavers on the Aske?"
    assert line["answers"] == ["Wardens counted 37 beavers on the Aske in August."]
    (line,) = byline(BEAVERS)
    assert (line["question"], line["answers"]) == (
        "Who wrote the article “Beavers on the Aske”?",
        ["Ann Finch", "Bo Reed"],
    )
    assert list(byline(FERRY)) == []


def test_drafts_are_questions_that_can_be_asked(
    evaluate: Printed, store: Path, tmp_path: Path
) -> None:
    path = tmp_path / "drafted.jsonl"
    status, out, _ = evaluate("--store", store, "--make", path)
    assert status == 0 and out.endswith("questions, to be edited\n")
    items = read_questions(path)
    sources = {each.source: each for each in (BEAVERS, FERRY, VAULT)}
    assert {"how_many", "when", "headline", "byline", "withheld"} <= {each.kind for each in items}
    for item in items:
        if item.kind == "withheld":
            assert item.answers == () and item.article is None and item.without in sources
        else:
            article = sources[item.article or ""]
            assert all(answer in article.text + (article.author or "") for answer in item.answers)
    assert len({item.question for item in items}) == len(items)
    assert evaluate(path, "--store", store)[0] == 0
    # A file is never written over; without one the same is printed.
    status, _, err = evaluate("--store", store, "--make", path)
    assert status == 1 and "exists" in err
    assert evaluate("--store", store, "--make")[1] == path.read_text("utf-8")


def test_as_many_are_drafted_as_are_asked_for_and_always_the_same(store: Path) -> None:
    with opened(store, "hash") as assistant:
        whole = draft(assistant.library, 100)
        assert [len(draft(assistant.library, count)) for count in (1, 4)] == [1, 4]
        assert draft(assistant.library, 100) == whole
        for line in (line for line in whole if line["kind"] == "withheld"):
            assert sum(line["without"] == each.source for each in (BEAVERS, FERRY, VAULT)) == 1


def test_an_article_that_gives_no_question_is_said_to_be_so(
    evaluate: Printed, tmp_path: Path
) -> None:
    store = store_of(tmp_path / "mute", Article("r", "a.txt", "A", "No."))
    status, _, err = evaluate("--store", store, "--make")
    assert status == 1 and "nothing that a question can be drafted from" in err
