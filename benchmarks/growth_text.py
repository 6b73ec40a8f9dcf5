"""Articles without end for `benchmarks.growth`, and their vectors.

An article is drawn from real sentences by its number alone, so that the library of 1,000 passages
is the beginning of that of 1,000,000. The first passages have vectors that the encoder made; each
later one has that of an earlier passage, moved in a random direction.
"""

import hashlib
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.articles import SAMPLE, has_squad_open, squad_open
from benchmarks.result import note
from corpus import Article, read
from index.encoder import Encoder, Offsets, TokenVectors, Vectors
from index.passages import Passage, context, split
from index.sentences import sentences

ROOT = "/growth"
SENTENCES = 17  # of an article: about eight passages of three sentences, one of them shared
OUTLETS, AUTHORS = 40, 400
# Two letters a token: passages then have two or three sentences, some 75 word pieces.
_TOKEN = re.compile(r"\w{1,2}|[^\w\s]")
# The perturbed vectors' cosines to their originals: mean and deviation.
NEAR = (0.90, 0.02)
_BLOCK = 2_048


def sentences_of(bench: Path | None, cache: Path) -> list[str]:
    """The sentences that articles are made of: squad-open's, else the sample's; kept in `cache`."""
    folder = squad_open(bench) / "articles" if has_squad_open(bench) else SAMPLE
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".md", ".html"))
    key = hashlib.sha256("\n".join(f"{p.name} {p.stat().st_size}" for p in paths).encode())
    kept = cache / f"sentences-{key.hexdigest()[:12]}.json"
    if not kept.is_file():
        note(f"reading the sentences of {len(paths)} articles …")
        texts = [read(path, folder).articles[0].text for path in paths]
        every = [text[a:b] for text in texts for a, b in sentences(text) if 40 < b - a < 300]
        cache.mkdir(parents=True, exist_ok=True)
        scratch = kept.with_suffix(".new")
        scratch.write_text(json.dumps(list(dict.fromkeys(every))), "utf-8")
        scratch.replace(kept)
    return list(json.loads(kept.read_text("utf-8")))


def article(number: int, every: Sequence[str]) -> Article:
    """The article with this number; always the same for the same sentences."""
    drawn = random.Random(number)
    chosen = [every[drawn.randrange(len(every))] for _ in range(SENTENCES)]
    day = f"{drawn.randint(2010, 2025)}-{drawn.randint(1, 12):02}-{drawn.randint(1, 28):02}"
    outlet, author = drawn.randrange(OUTLETS), drawn.randrange(AUTHORS)
    return Article(
        root=ROOT,
        source=f"{number:07}.txt",
        title=" ".join(chosen[-1].split()[:8]),
        text=" ".join(chosen[:6]) + "\n\n" + " ".join(chosen[6:]),
        author=f"Author{author:03} Name{author % 97:02}",
        outlet=f"Paper{outlet:02} Gazette",
        published=day,
    )


class Prepared:
    """An encoder that hands out vectors in the order in which passages are asked for.

    It calls itself by another's name, so that the library can be asked with that one.
    """

    dim = 384
    window = 254

    def __init__(self, fingerprint: str, vectors: Callable[[int, int], Vectors], at: int) -> None:
        self.fingerprint = fingerprint
        self._vectors = vectors
        self._at = at

    def tokens(self, texts: Sequence[str]) -> list[Offsets]:
        """A token for each two letters."""
        return [
            np.array([m.span() for m in _TOKEN.finditer(text)], np.int32).reshape(-1, 2)
            for text in texts
        ]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """The next vectors."""
        first, self._at = self._at, self._at + len(texts)
        return self._vectors(first, self._at)

    def encode_question(self, text: str) -> Vectors:
        """Nothing is asked while a store is filled: a question is told so."""
        raise TypeError("prepared vectors are those of passages: ask with the real encoder")

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """As `encode_question`."""
        raise TypeError("prepared vectors are those of passages: ask with the real encoder")


def made(every: Sequence[str], first: int = 0) -> Iterator[tuple[Article, list[Passage]]]:
    """Articles with their passages from number `first` on, without end."""
    splitting = Prepared("", lambda first, last: np.zeros((0, 0), np.float32), 0)
    number = first
    while True:
        drawn = article(number, every)
        yield drawn, split(drawn, splitting)
        number += 1


class Bank:
    """The vectors of passages 0, 1, 2 …: `real` of them by the encoder, kept in a file as it goes.

    Half precision, which moves a cosine by less than a ten-thousandth.
    """

    def __init__(self, cache: Path, every: Sequence[str], encoder: Encoder, real: int) -> None:
        key = hashlib.sha256(f"{encoder.fingerprint}\n{SENTENCES}\n".encode())
        key.update("\n".join(every).encode())
        self.path = cache / f"growth-{key.hexdigest()[:12]}.f16"
        self._every = every
        self._encoder = encoder
        self._real = real
        self._kept: NDArray[np.float16] = np.zeros((0, encoder.dim), np.float16)

    def fill(self, seconds: float) -> int:
        """Encode what is missing, for so long at most; how many vectors are real now."""
        width = 2 * self._encoder.dim
        have = self.path.stat().st_size // width if self.path.is_file() else 0
        deadline = time.monotonic() + seconds
        if have < self._real:
            with self.path.open("ab") as file:
                file.truncate(have * width)
                for texts in self._texts(have):
                    # One block at least: without any there is nothing to go by.
                    if have and time.monotonic() > deadline:
                        break
                    rows = self._encoder.encode_passages(texts).astype("<f2")
                    file.write(rows.tobytes())
                    file.flush()
                    have += len(texts)
                    note(f"{have:,} of {self._real:,} passages are encoded")
        self._kept = np.memmap(self.path, "<f2", "r").reshape(-1, self._encoder.dim)[: self._real]
        return len(self._kept)

    def _texts(self, have: int) -> Iterator[list[str]]:
        """The texts that are embedded, a block at a time, after the first `have`."""
        block: list[str] = []
        at = 0
        for drawn, passages in made(self._every):
            for passage in passages:
                if have <= at < self._real:
                    block.append(context(drawn, passage))
                at += 1
                if len(block) == _BLOCK or (block and at == self._real):
                    yield block
                    block = []
            if at >= self._real:
                return

    def rows(self, first: int, last: int) -> Vectors:
        """Unit vectors of the passages `first` to `last`."""
        numbers = np.arange(first, last)
        rows = self._kept[numbers % len(self._kept)].astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        later = numbers >= len(self._kept)
        if later.any():
            rows[later] = _moved(rows[later], np.random.default_rng(first))
        return rows


def _moved(rows: Vectors, drawn: np.random.Generator) -> Vectors:
    """Unit vectors at a cosine of `NEAR` to these, in random directions."""
    away = drawn.standard_normal(rows.shape).astype(np.float32)
    away -= (away * rows).sum(axis=1, keepdims=True) * rows
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    cosine = np.clip(drawn.normal(*NEAR, len(rows)), 0.8, 0.98).astype(np.float32)[:, None]
    return np.asarray(cosine * rows + np.sqrt(1 - cosine**2) * away, np.float32)
