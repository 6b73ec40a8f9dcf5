"""Text -> sentences with exact offsets.

syntok does the work; here is what it lacks: a line break always ends a sentence (the corpus has
joined wrapped lines), titles such as "Prof." and "Gov." and ordinals such as "3. März" do not, and
the full stops of Chinese, Japanese, Hindi and Arabic do.
"""

import itertools
import re

# Abbreviations after which syntok ends a sentence although a name or a number follows.
BEFORE_A_NAME = frozenset(
    "prof gov sen rep lt col sgt gen capt cmdr cpl maj adm rev hon supt insp det pres amb msgr "
    "ft mt st dr mr mrs ms messrs vs fr sr sra dra br pvt atty supt dep asst".split()
)
ABBREVIATION = re.compile(r"(?:^|[\s(\[“\"'])(\w+)\.$")
MONTH = re.compile(
    r"(?:jän|jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|janv|févr|mars|avr|"
    r"juin|juil|août|ene|abr|ago|dic)",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")
ALSO_FULL_STOPS = re.compile(r"[。！？｡؟।॥]+[」』”’\"'）)\]]*\s*")
BLANK = re.compile(r"\s*")


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of `text`, in order, without the white space around them.

    Every character that is not white space lies in exactly one of them.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        if not line.isspace():
            spans.extend((start + a, start + b) for a, b in _of_line(line))
        start += len(line)
    return spans


def _of_line(line: str) -> list[tuple[int, int]]:
    from syntok import segmenter

    starts = {BLANK.match(line).end()}  # type: ignore[union-attr]
    for paragraph in segmenter.analyze(line):
        for tokens in paragraph:
            for token in tokens:
                starts.add(token.offset)
                break
    starts.update(m.end() for m in ALSO_FULL_STOPS.finditer(line) if m.end() < len(line))
    spans: list[tuple[int, int]] = []
    ordered = [*sorted(starts), len(line)]
    for a, following in itertools.pairwise(ordered):
        b = a + len(line[a:following].rstrip())
        if b <= a:
            continue
        if spans and _goes_on(line[spans[-1][0] : spans[-1][1]], line[a:b]):
            spans[-1] = (spans[-1][0], b)
        else:
            spans.append((a, b))
    return spans


def _goes_on(before: str, after: str) -> bool:
    """Whether what syntok took for the end of a sentence is none: an abbreviation, a dateline."""
    if after.startswith(("–", "—", "- ")) and before[-1] not in '.!?…:”"':
        return True
    if not before.endswith("."):
        return False
    if ORDINAL.search(before) and MONTH.match(after):
        return True
    found = ABBREVIATION.search(before)
    return bool(found and found.group(1).lower() in BEFORE_A_NAME)
