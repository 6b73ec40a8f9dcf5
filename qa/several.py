"""Questions that want more than one sentence: a survey of a subject, a whole list, the reasons.

A survey is made of what opens the articles about the subject, for that is where news says what it
is about; it needs no judgement that one sentence answers. A list is quoted as a whole, with the
line that introduces it. An explanation goes on as long as its paragraph does.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Article
from index.sentences import sentences
from index.words import words
from qa.features import is_heading
from qa.genre import is_correction
from qa.notices import mistakes_of, not_before, same_outlet, wrong_figures
from qa.quantities import quantities
from qa.question import Kind, Question
from qa.reader import MOST_SENTENCES, Candidate, best_of_each, choose
from qa.same import LEAD, meaning, meanings, same_event, same_names, share_of

_SURVEY = re.compile(
    r"\b(?:summari[sz]e|summary|overview|recap|compare|comparison|describe)\b"
    r"|\btell me (?:about|what)\b"
    r"|\bwhat(?:[’']s| is| was)? (?:happened|known|the story|going on|new)\b|\bwhat happened\b"
    r"|\bwhat do (?:we|you) know\b|\bwhat do (?:the )?(?:articles?|papers?|reports?|outlets?) say\b"
    r"|\b(?:main|key|most important) (?:points?|facts?)\b|^\W*(?:everything|anything) about\b"
    r"|\b(?:give|write) (?:me )?(?:a|an)\b",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"\b(?:list|enumerate)\b|\bname (?:all|the|every|each)\b|\ball (?:the|of the|its|their)\b"
    r"|\b(?:what|which) (?:are|were) (?:all )?(?:the|their|its|his|her)\b"
    r"|\bwhat (?:do|does|did) .{1,60}\b(?:want|demand|ask|propose|plan|offer|contain|include)\b"
    r"|\bin full\b",
    re.IGNORECASE,
)
# Words by which a survey or a list is asked for, and what it is a survey of in general.
_REQUEST = frozenset(
    words(
        "summarise summarize summary overview recap compare comparison describe explain tell give "
        "write list name happened known know main key point points fact facts story articles "
        "article reports report papers outlets said say says two both different important events "
        "event news everything anything short brief full recent latest please about each every"
    )
)
_ITEM = re.compile(r"[ \t]*(?:[-•*–]|\d{1,3}[.)]|[a-z]\))[ \t]+\S")
_GOES_ON = re.compile(
    r"^(?:in addition|also|besides|moreover|furthermore|then|next|second(?:ly)?|third(?:ly)?|"
    r"finally|another|a (?:second|third|further)|that is|this|these|but|and|so|because|on top|"
    r"the (?:other|second|main|rest)|those|it|they|both)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\bcompar\w+|\bdiffer\w*", re.IGNORECASE)
_BECAUSE = re.compile(
    r"\b(?:because|the (?:main |chief |real |first )?(?:reasons?|causes?)|due to|owing to|"
    r"caused by|thanks to|as a result of|on the grounds)\b",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:argu(?:es?|ed)|fear(?:s|ed)?|wants?|wanted|demand(?:s|ed)?|cannot|in protest|"
    r"citing|says? (?:it|they) (?:need|cannot|could)\w*)\b",
    re.IGNORECASE,
)
# How much of a subject stands in the title and the lead of an article about it (tuned on two
# hundred questions for several sentences over invented articles, .6..1).
COVERED = 0.7
# The same of a further article, where another one is about the subject.
PARTLY = 0.5
# How sure it is that what opens such an article answers a survey of its subject.
SURVEYED = 0.75
# How far an article may be from the question whose list answers it.
NEAR_LIST = 0.3
# What a further reason of another article needs of the certainty that the first one has.
FURTHER = 0.5
# Sentences that share more of their words than this say the same.
SAME = 0.6
ALSO = 0.3
# How much farther from the question another article of the same event may be.
FARTHER = 0.2
# How much of a question for reasons the title and the lead of an article have that gives them.
WHOLLY = 0.9
LONGEST_LIST = 4_000


def asks_survey(text: str) -> bool:
    """Whether a text asks what there is on a subject."""
    return bool(_SURVEY.search(text))


def surveys(question: Question) -> bool:
    """Whether a question asks what there is on a subject."""
    return asks_survey(question.own) and question.kind is not Kind.STATEMENT


def lists(question: Question) -> bool:
    """Whether a question asks for all of several things."""
    return bool(_LISTING.search(question.own))


def survey(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """What opens the articles about the subject of a question, and more of them, by date."""
    first = best_of_each(found)
    about = [c for c in first if covers(question, c.article) >= COVERED]
    if about:
        near = max(c.gap for c in about) + FARTHER
        about += [
            c
            for c in first
            if c not in about
            and c.gap <= near
            and (same_event(about[0].article, c.article) or covers(question, c.article) >= PARTLY)
        ]
    about = sorted(about[:MOST_SENTENCES], key=lambda c: c.article.published or "", reverse=True)
    notices = [c.article for c in first if is_correction(c.article)]
    openings = [_said_of(c) if _COMPARES.search(question.text) else _opening(c) for c in about]
    more = [c for c in found if any(c.article.id == each.article.id for each in about)]
    shown: list[Candidate] = []
    for candidate in [*(c for c in openings if c), *map(_said_of, more)]:
        if len(shown) >= (MOST_SENTENCES if len(about) > 1 else MOST_SENTENCES - 1):
            break
        if not any(_repeats(candidate, c) for c in shown) and not _corrected(candidate, notices):
            shown.append(replace(candidate, span=None))  # no word of it answers
    return sorted(shown, key=lambda c: (c.article.published or "9", c.article.id, c.start))


def _corrected(candidate: Candidate, notices: Sequence[Article]) -> bool:
    """Whether a sentence tells a figure that a correction calls wrong, or is that correction's."""
    areas = mistakes_of(candidate.article, candidate.text, candidate.start)
    if sum(end - start for start, end in areas) > len(candidate.text) / 2:
        return True
    figures = {q.number for q in quantities(candidate.text)}
    return any(
        notice.id != candidate.article.id
        and same_outlet(notice, candidate.article)
        and not_before(notice, candidate.article)
        and figures & wrong_figures(notice)
        for notice in notices
    )


def covers(question: Question, article: Article, *, leant: bool = False) -> float:
    """How much of the subject of a question stands in an article's title and lead, 0 to 1.

    With `leant` the turn that it leans on is of the subject.
    """
    terms = [t for t in question.terms if leant or not t.leant]
    subject = {t.word: t.weight for t in terms if t.word not in _REQUEST}
    if not subject:
        return 0.0
    lead = meanings(f"{article.title} {article.text[:LEAD]}")
    told = {word for word in subject if meaning(word) in lead}
    named = {t.word for t in question.terms if t.name and t.word in subject}
    if named and not named & told:
        return 0.0
    return sum(subject[word] for word in told) / sum(subject.values())


def _said_of(candidate: Candidate) -> Candidate:
    return replace(candidate, probability=max(candidate.probability, SURVEYED))


def _opening(best: Candidate) -> Candidate | None:
    """The first sentence of an article that is no heading."""
    text = best.article.text
    for start, end in sentences(text[: 2 * LEAD]):
        if not is_heading(text[start:end]) and not text[start:end].endswith("?"):
            return _said_of(replace(best, start=start, end=end, span=None))
    return None


def whole_list(question: Question, found: Sequence[Candidate]) -> Candidate | None:
    """The list that a question asks for, from the line that introduces it to its last item."""
    asked = {meaning(t.word) for t in question.terms if t.word not in _REQUEST}
    names = {t.word for t in question.terms if t.name}
    best: tuple[int, Candidate] | None = None
    for candidate in best_of_each(found):
        if candidate.gap > NEAR_LIST:
            continue
        for start, items, end in _lists(candidate.article.text):
            introduced = meanings(candidate.article.text[start:items])
            told = len((asked - names) & introduced)
            if told and (best is None or told > best[0]):
                best = told, _said_of(replace(candidate, start=start, end=end, span=None))
    return best[1] if best else None


def listing(best: Candidate) -> list[Candidate]:
    """The list that the best sentence is in, or the best and its article's only list, if any."""
    every = _lists(best.article.text)
    for start, _, end in every:
        if start <= best.start and best.end <= end:
            return [replace(best, start=start, end=end, span=None)]
    if len(every) == 1 and best.gap <= NEAR_LIST:
        start, _, end = every[0]
        return [best, replace(best, start=start, end=end, span=None)]
    return []


def _lists(text: str) -> list[tuple[int, int, int]]:
    """Each list of a text: where its introduction starts, its first item, and where it ends."""
    found: list[tuple[int, int, int]] = []
    intro = first = last = None
    before: tuple[int, int] | None = None
    for line in re.finditer(r"[^\n]+", text):
        if _ITEM.match(line.group()):
            if first is None:
                intro, first = before, line.start()
            last = line.end()
            continue
        if first is not None and last is not None:
            found.append((intro[0] if intro else first, first, last))
        first = last = None
        before = line.span()
    if first is not None and last is not None:
        found.append((intro[0] if intro else first, first, last))
    result = []
    for start, items, end in found:
        # Of a paragraph only its last sentence introduces the list.
        told = sentences(text[start:items])
        begin = start + told[-1][0] if told else items
        if end - begin <= LONGEST_LIST and text.count("\n", items, end):
            result.append((begin, items, end))
    return result


def explained(question: Question, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """The sentences that explain: what follows the best one, and what other articles say."""
    shown = choose(replace(question, sweeping=True), found, threshold)
    if not shown:
        return []
    best = shown[0]
    for candidate in found:
        if len(shown) >= MOST_SENTENCES:
            break
        if candidate.article.id in {c.article.id for c in shown}:
            continue
        if (
            candidate.probability >= FURTHER * threshold
            and share_of(question, best, candidate) >= ALSO
            and same_names(question, best.article, candidate.article)
            and not any(_repeats(candidate, other) for other in shown)
        ):
            shown.append(candidate)
    after = _following(best)
    if question.kind is Kind.REASON and not any(_BECAUSE.search(c.text) for c in shown):
        after += _reasons(best)
    for following in after:
        if len(shown) < MOST_SENTENCES and not any(_repeats(following, c) for c in shown):
            shown.insert(1, following)
    notices = [c.article for c in best_of_each(found) if is_correction(c.article)]
    further = [c for c in shown[1:] if not _corrected(c, notices)]
    return [best, *sorted(further, key=lambda c: (c.article.published or "9", c.start))]


def reasons(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """The reasons that an article all about what is asked gives in so many words."""
    for candidate in best_of_each(found):
        if covers(question, candidate.article, leant=True) >= WHOLLY:
            if given := _reasons(candidate):
                return [_said_of(c) for c in given]
    return []


def _reasons(best: Candidate) -> list[Candidate]:
    """The sentences of an article that call themselves reasons, or what somebody wants or fears."""
    text = best.article.text
    told = [span for span in sentences(text) if not text[slice(*span)].endswith("?")]
    for form in (_BECAUSE, _WANTS):
        if given := [span for span in told if form.search(text[slice(*span)])]:
            return [replace(best, start=s, end=e, span=None) for s, e in given[:2]]
    return []


def _following(best: Candidate) -> list[Candidate]:
    """The next sentences of the paragraph that go on with what the best one says."""
    text = best.article.text
    stop = text.find("\n", best.end)
    rest = text[best.end : stop if stop >= 0 else len(text)]
    told = []
    for start, end in sentences(rest)[:2]:
        if not _GOES_ON.match(rest[start:end]):
            break
        told.append(replace(best, start=best.end + start, end=best.end + end, span=None))
    return told


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates overlap, or share most of their words."""
    if one.article.id == other.article.id and one.start < other.end and other.start < one.end:
        return True
    first, second = (set(words(c.text)) for c in (one, other))
    return len(first & second) > SAME * max(1, min(len(first), len(second)))
