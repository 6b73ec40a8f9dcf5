"""A question -> an answer: found, ranked, read, cited, or refused."""
