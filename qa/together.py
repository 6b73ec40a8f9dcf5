"""Together: the best sentences read once more, each with the question, by the adapted encoder.

What was found by vectors made apart is looked at by `index.joint`. It says which of the best
sentences answers, how likely, and with which words; with another encoder than the default nothing
is read again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Article
from index.encoder import Encoder
from index.joint import Reading, Sentence
from index.minilm import MiniLM
from qa import reader
from qa.question import Question
from qa.rerank import Evidence, by_article

# An article, where a sentence starts and ends in it, and what is read of it.
Place = tuple[Article, int, int, Sentence]
# Sentences that are read (squad-open, a quarter left out: the right one is among them for .95 of
# the questions); each costs about 3 ms.
READ = 8


def read(encoder: Encoder, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same evidence with what reading its best sentences says of them."""
    if not isinstance(encoder, MiniLM):
        return list(evidence)
    best = places(evidence, [each for each, _ in reader.scored(question, evidence)[:READ]])
    readings = encoder.joint.read(question.text, [sentence for *_, sentence in best])
    found: dict[str, dict[int, Reading]] = defaultdict(dict)
    for (article, start, _, _), reading in zip(best, readings, strict=True):
        found[article.id][start] = reading
    return [replace(item, read=found.get(item.hit.passage.article_id, {})) for item in evidence]


def places(evidence: Sequence[Evidence], best: Sequence[reader.Candidate]) -> list[Place]:
    """Where candidates stand, without the sentence that they lean on: it comes before them."""
    lines = {
        (article.id, line.end): (line, " ".join(each.text for each in known[max(0, at - 2) : at]))
        for article, known in by_article(evidence)
        for at, line in enumerate(known)
    }
    result = []
    for each in best:
        line, before = lines[each.article.id, each.end]
        sentence = Sentence(each.article.title, before, line.text)
        result.append((each.article, line.start, line.end, sentence))
    return result
