"""The conversation -> HTML: each question, and below it an answer, a refusal or a failure."""

from collections.abc import Mapping, Sequence

from qa.render import (
    LONGEST_QUESTION,
    LONGEST_QUOTE,
    REFUSALS,
    Exchange,
    button,
    clean,
    credit,
    day,
    nothing_here,
    plain,
    plural,
)
from qa.types import Answer, Citation


def conversation(
    exchanges: Sequence[Exchange], *, opening: str = "", covered: str = "", store: str = ""
) -> str:
    """The questions and answers so far, oldest first; before the first there is the `opening`.

    `covered` is the `coverage` of the library, `store` its path, to say how to fill it.
    """
    turns = "".join(_exchange(turn, each, covered, store) for turn, each in enumerate(exchanges))
    return clean(
        f'<div class="talk" role="log" aria-live="polite" aria-label="Conversation">'
        f"{turns or opening}</div>"
    )


def _exchange(turn: int, exchange: Exchange, covered: str, store: str) -> str:
    """One question, and below it an answer, a refusal, a failure, or that it is on its way."""
    question = (
        f'<h2 class="question" id="question-{turn}" tabindex="-1" dir="auto">'
        f"{plain(exchange.question, LONGEST_QUESTION)}</h2>"
    )
    if exchange.empty:
        below = nothing_here(store)
    elif exchange.failure is not None:
        below = (
            '<div class="failure" role="alert"><h3>This did not work</h3>'
            f'<p dir="auto">{plain(exchange.failure, LONGEST_QUOTE)}</p></div>'
        )
    elif exchange.answer is None:
        below = '<p class="pending">Reading the articles …</p>'
    elif exchange.answer.refused:
        below = _refusal(exchange.answer, covered)
    else:
        below = _sentences(turn, exchange.answer)
    return f'<section class="exchange" data-turn="{turn}">{question}{below}</section>'


def _sentences(turn: int, answer: Answer) -> str:
    """The sentences of an answer, the span that answers in bold, each with its clickable number."""
    cited = {citation.number: citation for citation in answer.citations}
    lines = []
    for sentence in answer.sentences:
        text, span = sentence.text, sentence.span
        if span is None or not 0 <= span[0] < span[1] <= len(text):
            shown = plain(text, LONGEST_QUOTE)
        else:
            before, found, after = text[: span[0]], text[slice(*span)], text[span[1] :]
            shown = f"{plain(before)}<strong>{plain(found)}</strong>{plain(after)}"
        numbers = " ".join(_chip(turn, cited[n]) for n in sentence.citations if n in cited)
        said = [_spoken(cited[n]) for n in sentence.citations if n in cited]
        lines.append(
            f'<div class="sentence"><p dir="auto"><span class="words">{shown}</span> {numbers}</p>'
            f'<p class="credit" dir="auto">{plain("; ".join(dict.fromkeys(said)))}</p></div>'
        )
    understood = _asked_of(answer)
    if answer.standalone_question.strip().casefold() != answer.question.strip().casefold():
        asked = plain(answer.standalone_question, LONGEST_QUESTION)
        understood += f'<p class="understood" dir="auto">Understood as: {asked}</p>'
    count = len(answer.citations)
    return (
        f'<div class="answer">{understood}{"".join(lines)}{_differing(turn, answer, cited)}'
        f"{button('quiet', 'sources', turn, f'{count} source{plural(count)}')}"
        f'<span class="sure">{answer.confidence:.0%} sure</span></div>'
    )


def _spoken(citation: Citation) -> str:
    """Whose words they are, where they were printed and when, and whether that is an opinion."""
    speaker = f"{citation.speaker} in " if citation.speaker else ""
    return f"{speaker}{credit(citation)}{' · Opinion' if citation.opinion else ''}"


def _asked_of(answer: Answer) -> str:
    """The dates, outlet and author that the answer was looked for in, in words."""
    scope = answer.scope
    if scope.start and scope.start == scope.end:
        dates = [f"of {day(scope.start)}"]
    else:
        dates = [f"from {day(scope.start)}"] if scope.start else []
        dates += [f"to {day(scope.end)}"] if scope.end else []
    places = [f"in {scope.outlet}"] if scope.outlet else []
    places += [f"by {scope.author}"] if scope.author else []
    told = " ".join((*dates, *places))
    return f'<p class="understood" dir="auto">Looked in articles {plain(told)}</p>' if told else ""


def _differing(turn: int, answer: Answer, cited: Mapping[int, Citation]) -> str:
    """The values on which articles differ, each dated, or the note that one says otherwise."""
    if answer.disagreement:
        rows = "".join(
            f'<li dir="auto"><b>{plain(value.value)}</b> '
            + " ".join(
                f"{plain(credit(cited[n]))} {_chip(turn, cited[n])}" for n in value.citations
            )
            + "</li>"
            for value in answer.disagreement
        )
        return f'<div class="differ" role="note"><h4>The articles differ</h4><ul>{rows}</ul></div>'
    if answer.note:
        last = answer.citations[-1]
        words = answer.note.removesuffix(f" [{last.number}]")
        return (
            f'<div class="differ" role="note"><p dir="auto">{plain(words, LONGEST_QUOTE)} '
            f"{_chip(turn, last)}</p></div>"
        )
    return ""


def _chip(turn: int, citation: Citation) -> str:
    """The clickable `[1]` that opens an article at the quote."""
    label = f"Source {citation.number}: {citation.title}, {credit(citation)}. Open the article"
    return button("chip", "open", f"{turn}:{citation.number}", f"[{citation.number}]", label)


def _refusal(answer: Answer, covered: str) -> str:
    """Why there is no answer, what comes closest, and what the library covers."""
    nearest = "".join(
        "<li>"
        + button(
            "near",
            "article",
            near.article_id,
            f'<b dir="auto">{plain(near.title, 300)}</b> '
            f'<span class="credit" dir="auto">{plain(credit(near))}</span>',
        )
        + "</li>"
        for near in answer.nearest
    )
    closest = f'<h4>Closest to it</h4><ul class="nearest">{nearest}</ul>' if nearest else ""
    range_ = f'<p class="covered">The library holds {plain(covered)}.</p>' if covered else ""
    title = REFUSALS.get(answer.reason or "", REFUSALS["not_said"])
    return (
        f'<div class="refusal" role="note"><h3>{title}</h3>'
        f'<p dir="auto">{plain(answer.text, LONGEST_QUOTE)}</p>{closest}{range_}</div>'
    )
