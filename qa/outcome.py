"""An Outcome for each question of an evaluation, and the Run that they make, to be kept."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import QuestionError
from qa import measures


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, what came back, and the `values` of the measures that apply to it.

    `right`: the first sentence holds an accepted answer, or it was refused and there is none to
    find. `best_right` is the same of the best sentence, had it been answered however unsure.
    `rank` is that of the first passage that answers, None when none was found or there is none.
    """

    line: int
    question: str
    kind: str
    answers: tuple[str, ...]
    article: str | None
    history: tuple[str, ...]
    without: str | None
    right: bool
    best_right: bool
    refused: bool
    confidence: float
    text: str
    source: str | None
    rank: int | None
    found: tuple[str, ...]
    milliseconds: float
    values: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, tuple[str, ...], str | None]:
        """What makes it the same question in another run."""
        return (self.question, self.history, self.without)


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of all questions over one library."""

    store: str
    ks: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def names(self) -> list[str]:
        """The measures that are taken, in the order in which they are shown."""
        ranked = [f"success@{k}" for k in self.ks] + [f"R@{k}" for k in self.ks]
        read = "sentence_accuracy exact_match f1 exact_match_when_right f1_when_right"
        decided = "answered refusal_precision refusal_recall right_article citation_validity"
        return ["correct", *ranked, "RR", "nDCG@10", *read.split(), *decided.split()]

    def measures(self, kind: str | None = None) -> dict[str, float | None]:
        """Every measure over all questions, or over those of one kind."""
        rows = [each.values for each in self.outcomes if kind in (None, each.kind)]
        return measures.means(rows, self.names)

    @property
    def kinds(self) -> list[str]:
        """The kinds of questions, the most frequent first."""
        kinds = [each.kind for each in self.outcomes]
        return sorted(set(kinds), key=lambda kind: (-kinds.count(kind), kind))

    @property
    def sure(self) -> list[tuple[float, bool]]:
        """How sure each answer was or would have been, and whether it is right; for the curves."""
        if not any(each.confidence for each in self.outcomes):
            return []  # this reader does not say how sure it is
        return [(each.confidence, each.best_right) for each in self.outcomes]

    @property
    def latency(self) -> dict[str, float]:
        """The median of the milliseconds that an answer took, and what 95 % took at most."""
        times = [each.milliseconds for each in self.outcomes]
        return {f"p{n}": round(measures.percentile(times, n / 100), 1) for n in (50, 95)}

    def to_dict(self) -> dict[str, Any]:
        """What `evaluate --json` prints."""
        counts = [each.kind for each in self.outcomes]
        return {
            "questions": len(self.outcomes),
            "measures": self.measures(),
            "by_kind": {
                kind: {"questions": counts.count(kind), **self.measures(kind)}
                for kind in self.kinds
            },
            "latency_ms": self.latency,
            "calibration_error": measures.calibration_error(measures.calibration(self.sure)),
            "store": self.store,
            "ks": list(self.ks),
            "outcomes": [asdict(each) for each in self.outcomes],
        }

    @classmethod
    def load(cls, path: Path) -> "Run":
        """The run that `evaluate --json` printed into the file at `path`.

        Raises:
            QuestionError: it cannot be read, or is no such file.
        """
        try:
            stored = json.loads(path.read_text("utf-8"))
            outcomes = [_outcome_of(each) for each in stored["outcomes"]]
            run = cls(str(stored["store"]), tuple(map(int, stored["ks"])), tuple(outcomes))
        except OSError as error:
            raise QuestionError(
                f"{path}: cannot be read ({error.strerror}); give a library or a saved run"
            ) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise QuestionError(
                f"{path}: is no saved run; `python -m qa evaluate QUESTIONS --json > {path.name}`"
                " makes one"
            ) from error
        return run


def _outcome_of(stored: dict[str, Any]) -> Outcome:
    lists = {name: tuple(stored[name]) for name in ("answers", "history", "found")}
    outcome = Outcome(**stored | lists)
    if not all(isinstance(value, int | float) for value in outcome.values.values()):
        raise TypeError
    return outcome
