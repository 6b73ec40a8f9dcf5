"""A question -> an answer: found, ranked, read, cited, or refused."""

from qa.answer import Assistant, answer
from qa.types import Answer, Citation, Hit, Nearest, Sentence, Turn

__all__ = ["Answer", "Assistant", "Citation", "Hit", "Nearest", "Sentence", "Turn", "answer"]
