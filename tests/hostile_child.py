"""A child whose parser does whatever its text file says, as if a hostile file had taken it over."""

import faulthandler
import os
import signal
import sys
import time
from pathlib import Path

from corpus import child
from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.read import READERS


def parse(content: bytes) -> list[Draft]:
    """Do what the first word says with the rest; what it returns is the article."""
    word, _, rest = content.decode().strip().partition(" ")
    if word == "hang":
        time.sleep(600)
    elif word == "compute":
        while True:
            pass
    elif word == "crash":
        faulthandler._sigsegv()
    elif word == "poison":
        READERS[".txt"] = lambda content: faulthandler._sigsegv()
    elif word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "abort":
        os.abort()
    elif word == "exit":
        os._exit(int(rest))
    elif word == "memory":
        return [Draft(str(len(bytearray(2_000_000_000))))]
    elif word == "recurse":
        return parse(content)
    elif word == "raise":
        raise KeyError(rest)
    elif word == "refuse":
        raise ArticleError(rest)
    elif word == "say":
        os.write(4, bytes.fromhex(rest))
        time.sleep(600)
    elif word == "run":
        return [Draft(str(eval(rest, {"os": os, "sys": sys, "Path": Path})))]
    return [Draft(rest or word)]


READERS[".txt"] = parse

if __name__ == "__main__":
    try:
        child.main()
    except MemoryError:
        os._exit(child.OUT_OF_MEMORY)
