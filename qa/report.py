"""A run as one HTML file: figures, pictures, and each failure with what was found instead.

It asks for nothing else, runs no script, and everything that comes from a question or an article is
escaped: a Content-Security-Policy forbids the rest.
"""

from collections.abc import Iterable
from datetime import date
from html import escape
from pathlib import Path

from qa import charts
from qa.evaluate import Comparison, shown
from qa.measures import calibration, calibration_error, risk_coverage
from qa.outcome import Outcome, Run

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MOST_FAILURES = 300
_MOST_CHARACTERS = 700
# What each measure says, in a line; `qa.measures` defines them.
_SAYS = {
    "correct": "answered right, or refused where the articles do not say",
    "success@": "a passage that answers is among the first {k}",
    "R@": "share of the passages that answer that is among the first {k}",
    "RR": "1 by the rank of the first passage that answers",
    "nDCG@10": "discounted gain of the first 10 passages by that of the best order",
    "sentence_accuracy": "an accepted answer stands in the first sentence; refused is wrong",
    "exact_match": "the marked span is an accepted answer; unmarked is wrong",
    "f1": "words that the marked span shares with an accepted answer",
    "exact_match_when_right": "the same, of the questions whose first sentence is right",
    "f1_when_right": "the same, of the questions whose first sentence is right",
    "answered": "of the questions that the articles answer, answered at all",
    "refusal_precision": "of what was refused, refused rightly",
    "refusal_recall": "of what the articles do not say, refused",
    "right_article": "of what was answered, the first citation is from the named article",
    "citation_validity": "of what was answered, every quote is the text at its place",
    "refusal_balanced_accuracy": "the mean of “answered” and “refusal_recall”",
}


def report(run: Run, questions: str, compared: Comparison | None = None) -> str:
    """The page for a run over the file called `questions`, and for a comparison if there is one."""
    style = Path(__file__).with_name("report.css").read_text("utf-8")
    body = "".join(
        (
            f"<h1>{len(run.outcomes)} questions, {_percent(run.measures()['correct'])} right</h1>",
            f'<p class="about">{escape(questions)} asked of the library {escape(run.store)} on '
            f"{date.today().isoformat()}</p>",
            _tiles(run),
            _compared(compared) if compared else "",
            _kinds(run),
            _trust(run),
            _table(run),
            _failures(run),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Byline: {len(run.outcomes)} questions</title><style>{style}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _tiles(run: Run) -> str:
    measures, times = run.measures(), run.latency
    depth = run.ks[min(1, len(run.ks) - 1)]
    tiles = (
        (f"answering passage in the first {depth}", _percent(measures[f"success@{depth}"])),
        ("first sentence right", _percent(measures["sentence_accuracy"])),
        ("unanswerable ones refused", _percent(measures["refusal_recall"])),
        ("refusals that were right", _percent(measures["refusal_precision"])),
        ("answers with every quote exact", _percent(measures["citation_validity"])),
        ("median time of an answer", f"{times['p50']:.0f} ms"),
    )
    return f'<dl class="tiles">{"".join(_tile(*tile) for tile in tiles)}</dl>'


def _tile(name: str, value: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _compared(compared: Comparison) -> str:
    rows = "".join(
        f"<tr{' class=worse' if name in compared.regressions else ''}><th>{escape(name)}</th>"
        f'<td class="number">{shown(each.before)}</td><td class="number">{shown(each.after)}</td>'
        f'<td class="number">{each.difference:+.3f}</td>'
        f'<td class="number">{each.low:+.3f} to {each.high:+.3f}</td></tr>'
        for name, each in compared.measures.items()
    )
    before, after = compared.latency
    return (
        "<h2>Compared</h2>"
        f"<p>With {escape(compared.before)}, over the {compared.paired} questions that both asked."
        f" The median time of an answer was {before['p50']:.0f} ms and is {after['p50']:.0f} ms."
        f" {_verdict(compared)}</p>"
        f"<figure>{charts.differences(compared.measures, compared.regressions)}<figcaption>Right of"
        " the line is better. The bar is the 95 % interval of the difference, from drawing the"
        " questions anew: where it crosses the line, the difference may be chance."
        "</figcaption></figure>"
        '<div class="wide"><table><thead><tr><th>measure</th><th class="number">before</th>'
        '<th class="number">now</th><th class="number">difference</th>'
        f'<th class="number">95 % interval</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _verdict(compared: Comparison) -> str:
    if not compared.regressions:
        return f"Nothing fell by more than {compared.tolerance:g}."
    return f"Fell by more than {compared.tolerance:g}: {escape(', '.join(compared.regressions))}."


def _kinds(run: Run) -> str:
    rows = []
    for kind in run.kinds:
        mine = [each for each in run.outcomes if each.kind == kind]
        right = sum(each.right for each in mine)
        refused = sum(each.refused and not each.right for each in mine)
        rows.append((kind, right, len(mine) - right - refused, refused))
    return (
        '<h2>By kind of question</h2><ul class="legend"><li class="right">right, or rightly refused'
        '</li><li class="wrong">answered wrong</li><li>refused, though the articles say it</li>'
        f"</ul><figure>{charts.bars(rows)}</figure>"
    )


def _trust(run: Run) -> str:
    sure = run.sure
    if not sure:
        return ""
    bins = calibration(sure)
    answered = [each for each in run.outcomes if not each.refused]
    wrong = sum(not each.right for each in answered)
    here = (len(answered) / len(run.outcomes), wrong / len(answered)) if answered else None
    now = (
        f" The dot is this run: {_percent(here[0])} answered, {_percent(here[1])} of that wrong."
        if here
        else ""
    )
    curve = charts.risk_over_coverage(risk_coverage(sure, len(sure)), here)
    return (
        "<h2>How far to trust it</h2>"
        '<div class="pair">'
        f"<figure>{curve}<figcaption>Being"
        " stricter moves to the left: fewer questions are answered, and fewer of the answers are"
        f" wrong. Where the articles do not say, every answer is wrong.{now}</figcaption></figure>"
        f"<figure>{charts.reliability(bins)}<figcaption>On the dashed line, of the answers that are"
        " 80 % sure eight in ten are right. Larger dots stand for more answers, bars are 95 %"
        f" intervals. The mean distance from the line is {shown(calibration_error(bins))}."
        "</figcaption></figure></div>"
    )


def _table(run: Run) -> str:
    rows = "".join(
        f'<tr><th>{escape(name)}</th><td class="number">{shown(value)}</td>'
        f'<td class="number">{sum(name in each.values for each in run.outcomes) or ""}</td>'
        f'<td class="muted">{escape(_meaning(name))}</td></tr>'
        for name, value in run.measures().items()
    )
    times = run.latency
    return (
        '<h2>Every measure</h2><div class="wide"><table><thead><tr><th>measure</th>'
        '<th class="number">value</th><th class="number">questions</th><th>what it says</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
        f"<p>An answer took {times['p50']:.0f} ms in the median; 95 % took at most"
        f" {times['p95']:.0f} ms.</p>"
    )


def _meaning(name: str) -> str:
    head, at, k = name.partition("@")
    return _SAYS.get(name) or _SAYS[head + at].format(k=k)


def _failures(run: Run) -> str:
    failures = [each for each in run.outcomes if not each.right]
    if not failures:
        return "<h2>Failures</h2><p>There are none.</p>"
    left = len(failures) - _MOST_FAILURES
    more = f"<p>{left} more are in the output of --json.</p>" if left > 0 else ""
    told = "".join(_failure(each) for each in failures[:_MOST_FAILURES])
    return f"<h2>Failures ({len(failures)})</h2>{told}{more}"


def _failure(outcome: Outcome) -> str:
    accepted = " or ".join(f"“{_cut(each)}”" for each in outcome.answers)
    rows = [
        ("accepted", escape(accepted) if accepted else "a refusal: the articles do not say"),
        ("got", _marked(outcome)),
        ("sure", f"{outcome.confidence:.2f}" if outcome.confidence else ""),
        ("from", escape(outcome.source or "")),
        ("should be in", escape(outcome.article or "")),
        ("asked without", escape(outcome.without or "")),
        ("after", escape(" / ".join(outcome.history))),
        ("found first", _found(outcome)),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    style = "failure refused" if outcome.refused else "failure"
    return (
        f'<div class="{style}"><h3>{escape(outcome.question)}'
        f' <span class="muted">{escape(outcome.kind)}, line {outcome.line}</span></h3>'
        f"<dl>{listed}</dl></div>"
    )


def _found(outcome: Outcome) -> str:
    items = "".join(f"<li>{escape(_cut(each))}</li>" for each in outcome.found)
    if not outcome.answers:
        place = ""
    elif outcome.rank:
        place = f"The first passage that answers is number {outcome.rank}."
    else:
        place = "No passage that answers was found."
    return f"<ol>{items}</ol>{place}"


def _marked(outcome: Outcome) -> str:
    """What came back, with the accepted answers in it marked."""
    text = _cut(outcome.text)
    spans = sorted(_places(text, outcome.answers))
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            parts += [escape(text[done:start]), f"<mark>{escape(text[start:end])}</mark>"]
            done = end
    return "".join(parts) + escape(text[done:])


def _places(text: str, answers: Iterable[str]) -> Iterable[tuple[int, int]]:
    # Lower case may be longer (İ): then nothing is marked rather than something wrong.
    lowered = text.lower()
    if len(lowered) != len(text):
        return
    for answer in answers:
        start = lowered.find(answer.lower())
        if start >= 0 and answer.strip():
            yield start, start + len(answer)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
