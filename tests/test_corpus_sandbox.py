"""The sandbox: what its children may do, what becomes of those that die, and what they may say."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from corpus import ArticleError, process, read
from corpus import sandbox as sandbox_module
from corpus.draft import Draft, Metadata
from corpus.read import Reading
from corpus.sandbox import Sandbox
from corpus.wire import Garbled, draft_from, frame, of_draft, take

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample"
FILES = [p for p in sorted(SAMPLE.iterdir()) if p.suffix in (".md", ".html", ".txt")]

Do = Callable[..., str]


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose children do what their files say."""
    paths = [str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setattr(process, "MODULE", "hostile_child")
    with Sandbox(2) as sandbox:
        yield sandbox


@pytest.fixture
def do(hostile: Sandbox, tmp_path: Path) -> Do:
    """`do("word rest")`: the text that comes of a file that says so, or the reason why none."""

    def done(words: str) -> str:
        path = tmp_path / "file.txt"
        path.write_text(words)
        try:
            reading = hostile.read(path, tmp_path)
        except ArticleError as error:
            return f"failed: {error}"
        return reading.articles[0].text

    return done


def read_here(path: Path, root: Path) -> Reading | str:
    try:
        return read(path, root)
    except ArticleError as error:
        return str(error)


# Reading


def test_what_comes_out_is_what_reading_in_this_process_yields() -> None:
    with Sandbox(2) as sandbox:
        readings = list(sandbox.read_all((path, SAMPLE) for path in FILES))
    assert readings == [read(path, SAMPLE) for path in FILES]


def test_sidecars_come_along(tmp_path: Path) -> None:
    path = tmp_path / "rain.txt"
    path.write_text("Rain\n\nRain fell on Port Lenton.")
    (tmp_path / "rain.txt.meta.json").write_text('{"author": "Ada Quill", "date": "2024-03"}')
    (tmp_path / "byline.csv").write_text("file,outlet\nrain.txt,Lenton Post\nrain.txt,a,b\n")
    with Sandbox(1) as sandbox:
        found = sandbox.read(path, tmp_path)
    assert found == read(path, tmp_path)
    assert (found.articles[0].author, found.articles[0].published) == ("Ada Quill", "2024-03")
    assert "more cells than the header" in found.failed[0][1]


def test_failures_have_their_place_in_the_order_and_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rain fell on Port Lenton.")
    (tmp_path / "b.txt").write_bytes(b"\x00\x01\x02binary")
    (tmp_path / "c.html").write_text("<html><script>1</script></html>")
    (tmp_path / "d.md").write_text("# Snow\n\nSnow fell on Port Lenton.")
    os.mkfifo(tmp_path / "e.txt")
    (tmp_path / "f.txt").write_text("   ")
    (tmp_path / "g.txt").symlink_to("/etc/passwd")
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "missing.txt"]
    with Sandbox(2) as sandbox:
        found = list(sandbox.read_all((path, tmp_path) for path in paths))
    said = [str(each) if isinstance(each, ArticleError) else each for each in found]
    assert said == [read_here(path, tmp_path) for path in paths]
    assert [isinstance(each, str) for each in said] == [False, True, True, False] + [True] * 4


def test_a_sandbox_that_reads_nothing_starts_nothing() -> None:
    before = psutil.Process().children()
    with Sandbox() as sandbox:
        assert sandbox.pids == [] and list(sandbox.read_all([])) == []
        assert psutil.Process().children() == before


def test_the_files_ahead_are_bounded_in_number_and_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        (tmp_path / f"{number:02}.txt").write_text("Rain fell. " * (1_000 if number > 30 else 1))
    taken: list[Path] = []

    def jobs() -> Iterator[tuple[Path, Path]]:
        for path in sorted(tmp_path.iterdir()):
            taken.append(path)
            yield path, tmp_path

    monkeypatch.setattr(sandbox_module, "AHEAD_BYTES", 30_000)
    most_files = most_bytes = 0
    with Sandbox(2) as sandbox:
        for done, _ in enumerate(sandbox.read_all(jobs()), 1):
            ahead = taken[done:-1]  # the last one taken is only looked at
            most_files = max(most_files, len(ahead))
            most_bytes = max(most_bytes, sum(path.stat().st_size for path in ahead))
    assert len(taken) == 60 and 2 < most_files <= 8 and 10_000 < most_bytes <= 30_000


def test_two_children_work_at_once(hostile: Sandbox, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text("run __import__('time').sleep(0.5) or os.getpid()")
    found = list(hostile.read_all((path, tmp_path) for path in sorted(tmp_path.iterdir())))
    assert len({each.articles[0].text for each in found if isinstance(each, Reading)}) == 2


def test_two_sandboxes_at_once(tmp_path: Path) -> None:
    jobs = [(path, SAMPLE) for path in FILES[:4]]
    with Sandbox(1) as one, Sandbox(1) as other:
        assert list(one.read_all(jobs)) == list(other.read_all(jobs))
        assert set(one.pids).isdisjoint(other.pids)


def test_children_are_replaced_after_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module, "FILES_PER_CHILD", 3)
    pids = set()
    with Sandbox(1) as sandbox:
        for path in FILES[:8]:
            sandbox.read(path, SAMPLE)
            pids.update(sandbox.pids)
    assert len(pids) == 3


# What a child dies of


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("crash", "crashed its reader (signal 11)"),
        ("abort", "crashed its reader (signal 6)"),
        ("exit 3", "ended its reader (exit status 3)"),
        ("exit 0", "ended its reader (exit status 0)"),
        ("memory", "needs more than 1 GB of memory to read"),
        ("recurse", "nests too deeply to be read"),
        ("raise it", "is damaged or not what its extension says (KeyError: 'it')"),
        ("refuse not today", "not today"),
        ("say 00000000", "made its reader answer nonsense (no JSON)"),
        ("say ffffffff", "made its reader answer nonsense (a message of 4294967295 bytes)"),
        ("say 000000025b5d", "made its reader answer nonsense (no message)"),
        ("say 000000027b7d", "made its reader answer nonsense (an unknown message)"),
    ],
)
def test_it_costs_that_file_and_no_other(do: Do, words: str, reason: str) -> None:
    assert do("say-nothing Rain fell.") == "Rain fell."
    assert do(words).startswith(f"failed: file.txt: {reason}")
    assert do("say-nothing Snow fell.") == "Snow fell."


def test_a_file_that_hangs_is_given_up(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WALL_SECONDS", 1)
    assert do("hang").startswith("failed: file.txt: takes longer than 1 s to read")
    assert do("then Rain fell.") == "Rain fell."


def test_a_file_that_computes_is_given_up_by_the_system(do: Do) -> None:
    # The same limit, without the wait.
    assert do("run setattr(sys.modules['corpus.confine'], 'CPU_SECONDS', 0)") == "None"
    assert do("compute").startswith("failed: file.txt: takes more than 30 s of computing to read")


def test_who_was_harmed_by_an_earlier_file_is_read_by_a_fresh_child(
    do: Do, hostile: Sandbox
) -> None:
    assert do("poison") == "poison"
    poisoned = hostile.pids
    assert do("then Rain fell.") == "Rain fell."
    assert len(hostile.pids) == 1 and hostile.pids != poisoned


# What a child may not do


def test_it_reads_writes_starts_and_reaches_nothing(do: Do, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for words in (
        f"open({str(secret)!r}).read()",
        f"Path({str(secret)!r}).read_text()",
        "open('/etc/passwd').read()",
        f"open({str(tmp_path / 'new')!r}, 'w')",
        f"os.open({str(tmp_path / 'new')!r}, os.O_CREAT | os.O_WRONLY)",
        "open(os.__file__, 'a')",
        f"os.mkdir({str(tmp_path / 'new')!r})",
        f"os.remove({str(secret)!r})",
        f"os.rename({str(secret)!r}, {str(tmp_path / 'new')!r})",
        "os.listdir('/etc')",
        "list(os.scandir('/'))",
        "os.fork()",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "__import__('subprocess').run(['true'])",
        "__import__('socket').socket()",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1:9/')",
        "__import__('ctypes').CDLL(None)",
        "os.kill(os.getppid(), 9)",
    ):
        assert "PermissionError: a parser may not" in do(f"run {words}"), words
    assert secret.read_text() == "secret"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.txt", "secret"]


def test_it_may_read_its_own_code_and_import_more_of_it(do: Do) -> None:
    assert do("run __import__('xml.sax.saxutils').sax.saxutils.escape('<')") == "&lt;"
    assert int(do("run len(open(os.__file__).read())")) > 1000


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
def test_the_limits_of_the_system_hold(do: Do, hostile: Sandbox) -> None:
    assert do("first Rain fell.") == "Rain fell."
    child = psutil.Process(hostile.pids[0])
    limits = {
        psutil.RLIMIT_AS: (1_000_000_000, 1_000_000_000),
        psutil.RLIMIT_FSIZE: (0, 0),
        psutil.RLIMIT_CORE: (0, 0),
        psutil.RLIMIT_NOFILE: (64, 64),
        psutil.RLIMIT_NPROC: (0, 0),
    }
    assert {each: child.rlimit(each) for each in limits} == limits
    assert 30 <= child.rlimit(psutil.RLIMIT_CPU)[0] <= 33
    used = float(do("run sum(i * i for i in range(30_000_000)) and sum(os.times()[:2])"))
    assert do("first Rain fell.") == "Rain fell."
    assert used + 29 <= child.rlimit(psutil.RLIMIT_CPU)[0] <= used + 33


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_it_has_a_network_of_its_own_where_the_system_allows_it(hostile: Sandbox, do: Do) -> None:
    assert do("first Rain fell.") == "Rain fell."
    try:
        may = subprocess.run(["unshare", "-Un", "true"], capture_output=True).returncode == 0
    except OSError:
        pytest.skip("the system has no unshare to compare with")
    own = os.readlink(f"/proc/{hostile.pids[0]}/ns/net") != os.readlink("/proc/self/ns/net")
    assert own or not may


def test_it_inherits_no_descriptor_and_no_secret(
    hostile: Sandbox, do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with (tmp_path / "lock").open("w") as lock, socket.socket() as listening:
        os.set_inheritable(lock.fileno(), True)
        os.set_inheritable(listening.fileno(), True)
        assert "OPENAI_API_KEY" not in do("run sorted(os.environ)")
        opened = [file.path for file in psutil.Process(hostile.pids[0]).open_files()]
    assert str(tmp_path / "lock") not in opened


# Endings


def test_closing_kills_the_children_at_once(hostile: Sandbox, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text("hang")
    readings = hostile.read_all((path, tmp_path) for path in sorted(tmp_path.iterdir()))
    threading.Timer(1.0, hostile.close).start()
    with pytest.raises(RuntimeError, match="closed"):
        next(readings)
    assert hostile.pids == [] and not [
        child for child in psutil.Process().children() if "hostile_child" in child.cmdline()
    ]
    with pytest.raises(RuntimeError, match="closed"):
        hostile.read(tmp_path / "0.txt", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from corpus.sandbox import Sandbox\n"
        f"s = Sandbox(1); root = Path({str(SAMPLE)!r}); s.read(root / {FILES[0].name!r}, root)\n"
        "print(*s.pids, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_imports_no_model() -> None:
    code = (
        "import sys, corpus.child; "
        "print([m for m in ('torch', 'numpy', 'chromadb', 'index') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# What a child may say


def draft(**changes: object) -> dict[str, object]:
    metadata = Metadata()
    metadata.offer("title", "Rain", "first line")
    return of_draft(Draft("Rain fell.", metadata)) | {"pages": []} | changes


def test_a_draft_survives_the_pipe() -> None:
    metadata = Metadata()
    metadata.offer("title", "Regen — „gestern“", "first line")
    metadata.offer("published", "2024-03-10T14:05:00+00:00", "meta")
    sent = Draft("Es regnete.\n\nन्\u200dष 🌧", metadata, (0, 4), 3, "a/b.txt", "")
    buffer = bytearray(frame({"draft": of_draft(sent)}) + b"\0\0")
    message = take(buffer)
    assert message and draft_from(message["draft"]) == sent and buffer == b"\0\0"
    assert take(buffer) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"text": None},
        {"text": 3},
        {"text": "bidi \u202e text"},
        {"text": "surrogate \ud800"},
        {"text": " not stripped "},
        {"pages": None},
        {"pages": [0, 99]},
        {"pages": [5, 2]},
        {"pages": [-1]},
        {"pages": [1.5]},
        {"pages": [True]},
        {"pages": list(range(11)) * 9},
        {"number": -1},
        {"number": "1"},
        {"number": 10**30},
        {"name": ["x"]},
        {"problem": 1},
        {"values": []},
        {"values": {"title": 1}},
        {"values": {"title": "Rain"}, "provenance": {}},
        {"provenance": None},
    ],
)
def test_a_draft_that_is_none_is_refused(changes: dict[str, object]) -> None:
    assert draft_from(draft()).text == "Rain fell."
    with pytest.raises(Garbled):
        draft_from(draft(**changes))


def test_metadata_are_checked_again() -> None:
    said = {"url": "javascript:alert(1)", "published": "soon", "title": "A\nB", "evil": "x"}
    found = draft_from(draft(values=said, provenance=dict.fromkeys(said, "a\nplace")))
    assert found.metadata.values == {"title": "A B"}
    assert found.metadata.provenance == {"title": "a place"}


def test_two_articles_at_one_place_are_refused(do: Do) -> None:
    one = frame({"draft": draft(number=2)}).hex()
    answer = one + one + frame({"done": True}).hex()
    assert "two articles at one place" in do(f"say {answer}")
