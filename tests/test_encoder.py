"""Encoders: the same weights by three ways give the same vectors, and every failure is one line."""

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT, environment
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import EncoderError
from index import onnx
from index.encoder import TokenVectors, load_encoder
from index.hashing import HashEncoder
from index.joint import ADAPTER
from index.minilm import PACKAGE, WEIGHTS, WINDOW, MiniLM

QUESTIONS = [
    "How many beavers are there on the River Aske?",
    "Who led the Israeli delegation at the Cairo talks?",
    "Wer leitet künftig die Backstube am Rotbach?",
    "谁赢得了比赛？",
]
TOKENIZER = MiniLM()
PASSAGES = [
    "Line 7\nThe first tram left Marrowgate Central at 4.52 on Sunday morning.",
    "Beavers\n" + "The beavers have built 27 dams on the Aske and slowed the river. " * 30,
    "🙂",
    "",
]

# What sentence-transformers makes of the same weights, and a whole library by a model's path. In a
# process of its own: importing torch and transformers warns, and takes long.
REFERENCE = """
import json, sys
from pathlib import Path
import numpy as np
from sentence_transformers import SentenceTransformer
from index.minilm import MiniLM
from index.transformer import Transformer
from index.sync import sync
from qa import Assistant

out, questions, passages = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
folder = str(MiniLM()._folder)
plain = SentenceTransformer(folder, local_files_only=True, device="cpu")
plain.max_seq_length = 256
made = {"plain_questions": plain.encode(questions, normalize_embeddings=True),
        "plain_passages": plain.encode(passages, normalize_embeddings=True),
        "minilm_passages": MiniLM().encode_passages(passages)}
other = Transformer(folder)
made["other_questions"] = np.stack([other.encode_question(q) for q in questions])
made["other_passages"] = other.encode_passages(passages)
for number, found in enumerate(other.encode_tokens(questions)):
    made[f"tokens_{number}"], made[f"offsets_{number}"] = found.vectors, found.offsets
made["count"] = np.array([len(o) for o in other.tokens(questions)])
np.savez(out / "made.npz", **made)
articles = out / "articles"
articles.mkdir()
(articles / "tram.txt").write_text("Line 7 opens\\n\\nLine 7 has 14 stops. Grete Solheim drove.\\n")
sync(out / "store", [articles], other)
with Assistant.open(out / "store", encoder=folder, once=True) as assistant:
    answer = assistant.ask("How many stops does Line 7 have?")
print(json.dumps({"dim": other.dim, "window": other.window, "fingerprint": other.fingerprint,
                  "answer": answer.to_dict()}))
"""


@pytest.fixture(scope="module", autouse=True)
def _graph(sample_store: Path) -> None:
    """The graph is exported by the sync of the sample, not in this process."""


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    out = tmp_path_factory.mktemp("reference")
    done = subprocess.run(
        [sys.executable, "-c", REFERENCE, str(out), json.dumps(QUESTIONS), json.dumps(PASSAGES)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with np.load(out / "made.npz") as made:
        vectors = dict(made)
    return SimpleNamespace(**vectors, **json.loads(done.stdout.splitlines()[-1]))


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.sum(one * other, axis=1)


# MiniLM


def test_a_question_by_onnx_is_that_of_sentence_transformers(
    minilm: MiniLM, reference: SimpleNamespace
) -> None:
    ours = np.stack([minilm.encode_question(question) for question in QUESTIONS])
    assert ours.shape == (len(QUESTIONS), 384) and ours.dtype == np.float32
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert cosines(ours, reference.plain_questions).min() >= 0.98


def test_passages_in_bulk_are_those_of_sentence_transformers(reference: SimpleNamespace) -> None:
    assert np.allclose(np.linalg.norm(reference.minilm_passages, axis=1), 1, atol=1e-5)
    assert cosines(reference.minilm_passages, reference.plain_passages).min() >= 0.99


def test_a_question_finds_its_passage_although_they_are_embedded_by_two_ways(
    minilm: MiniLM, reference: SimpleNamespace
) -> None:
    scores = reference.minilm_passages @ minilm.encode_question("How many dams are there?")
    assert scores.argmax() == 1


def test_token_offsets_reproduce_the_words(minilm: MiniLM) -> None:
    text = "“Zürich” has  27 dams,\n北京 too: naïve café’s 🙂 beaver-deceiver."
    (found,) = minilm.encode_tokens([text])
    pieces = [text[start:end] for start, end in found.offsets]
    assert "".join(pieces) == "".join(text.split())
    assert {"27", "dams", "北", "京", "too", "has", "beaver"} <= set(pieces)
    assert found.vectors.shape == (len(pieces), 384) and found.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    (counted,) = minilm.tokens([text])
    assert np.array_equal(counted, found.offsets)


@given(st.text(max_size=200))
def test_offsets_lie_in_any_text_and_in_order(text: str) -> None:
    (offsets,) = TOKENIZER.tokens([text])
    assert ((offsets >= 0) & (offsets <= len(text))).all()
    assert (np.diff(offsets[:, 0]) >= 0).all()


def test_what_lies_beyond_the_window_is_not_read(minilm: MiniLM) -> None:
    long = "dam " * 1000
    (found,) = minilm.encode_tokens([long])
    assert len(found.offsets) == minilm.window == WINDOW - 2
    assert len(minilm.tokens([long])[0]) == 1000
    assert np.array_equal(minilm.encode_question(long), minilm.encode_question("dam " * 254))


def test_texts_without_words_have_vectors_too(minilm: MiniLM) -> None:
    empty, blank, dam = minilm.encode_tokens(["", " \n", "dam"])
    assert empty.vectors.shape == blank.vectors.shape == (0, 384) and len(dam.offsets) == 1
    assert empty.offsets.shape == (0, 2)
    assert np.isclose(np.linalg.norm(minilm.encode_question("")), 1, atol=1e-5)
    assert minilm.encode_tokens([]) == [] == minilm.tokens([])


def test_a_text_has_the_same_vectors_whatever_is_encoded_with_it(minilm: MiniLM) -> None:
    among = minilm.encode_tokens(PASSAGES)
    for text, found in zip(PASSAGES, among, strict=True):
        (alone,) = minilm.encode_tokens([text])
        assert np.array_equal(found.offsets, alone.offsets)
        assert np.array_equal(found.vectors, alone.vectors)


def test_the_same_text_alone_gives_the_same_vector_every_time(minilm: MiniLM) -> None:
    once, again = minilm.encode_question(QUESTIONS[0]), MiniLM().encode_question(QUESTIONS[0])
    assert np.array_equal(once, again)


# Weights and graph


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache in which there is no graph yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(onnx, "fallback", None)
    return tmp_path / "cache" / "byline"


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """An exporter that copies the graph there is instead of importing torch; what it was given."""
    graph = onnx.find(WEIGHTS)
    assert graph
    given: list[Path] = []

    def export(model: Path, scratch: Path, adapter: Path | None) -> Path:
        given.append(model)
        return Path(shutil.copy(graph, scratch / "int8.onnx"))

    monkeypatch.setattr(onnx, "_export", export)
    return given


@pytest.fixture
def flipped(minilm: MiniLM, tmp_path: Path) -> MiniLM:
    """The encoder over a copy of its folder in which one bit of the weights is another."""
    folder = tmp_path / "model"
    shutil.copytree(minilm._folder, folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)[0]
        file.seek(1_000_000)
        file.write(bytes([byte ^ 1]))
    encoder = MiniLM()
    encoder.__dict__["_folder"] = folder
    return encoder


def test_one_flipped_bit_of_the_weights_is_refused(
    exports: list[Path], flipped: MiniLM, empty_cache: Path
) -> None:
    for use in (
        lambda: flipped.encode_question("x"),
        lambda: flipped.encode_tokens(["x"]),
        lambda: flipped.encode_passages(["x"]),
        flipped.prepare,
    ):
        with pytest.raises(EncoderError, match=r"not the known ones.* has sha256 .* expected 53aa"):
            use()
    assert exports == [] and not empty_cache.exists()


def test_weights_that_are_gone_are_named(
    exports: list[Path], empty_cache: Path, tmp_path: Path
) -> None:
    encoder = MiniLM()
    encoder.__dict__["_folder"] = tmp_path
    with pytest.raises(EncoderError, match=r"cannot be read: .*model\.safetensors"):
        encoder.encode_passages(["x"])


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=f"{PACKAGE} is not installed: run `make setup`"):
        MiniLM().tokens(["x"])


@pytest.mark.parametrize("content", [b"", b"not a graph", None], ids=["empty", "text", "torn"])
def test_a_damaged_graph_is_exported_again(
    content: bytes | None,
    exports: list[Path],
    empty_cache: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    empty_cache.mkdir(parents=True)
    graph = empty_cache / onnx._name(WEIGHTS)
    whole = onnx.export(MiniLM()._folder, WEIGHTS).read_bytes()
    exports.clear()
    graph.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with caplog.at_level(logging.WARNING):
        vector = MiniLM().encode_question("How many dams?")
    assert vector.shape == (384,) and len(exports) == 1
    assert graph.read_bytes() == whole and "damaged and is exported again" in caplog.text
    assert [path.name for path in empty_cache.iterdir()] == [graph.name]


def test_a_graph_that_cannot_be_loaded_twice_is_an_error(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nonsense(model: Path, scratch: Path, adapter: Path | None) -> Path:
        (scratch / "x").write_text("nonsense")
        return scratch / "x"

    monkeypatch.setattr(onnx, "_export", nonsense)
    with pytest.raises(EncoderError, match="cannot be loaded"):
        MiniLM().encode_question("x")


def test_a_cache_that_cannot_be_written_sends_the_graph_to_the_store(
    exports: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(onnx, "fallback", tmp_path / "store" / "encoder")
    assert MiniLM().encode_question("How many dams?").shape == (384,)
    assert onnx.find(WEIGHTS) == tmp_path / "store" / "encoder" / onnx._name(WEIGHTS)
    MiniLM().prepare()
    # The encoder's, and the one that reads a sentence with a question.
    assert len(exports) == 2 and onnx.find(WEIGHTS, ADAPTER)


def test_a_graph_that_fits_nowhere_names_the_folders(
    exports: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(onnx, "fallback", tmp_path / "file" / "encoder")
    with pytest.raises(EncoderError, match=r"written nowhere .*byline: Not a dir.*encoder: Not"):
        MiniLM().prepare()


def test_a_store_synced_without_a_cache_can_be_asked_without_one(tmp_path: Path) -> None:
    """The real exports; what they make lies in the store, where the question finds it."""
    (tmp_path / "file").write_text("in the way")
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "tram.txt").write_text("Line 7 opens\n\nLine 7 has 14 stops.\n", "utf-8")
    extra = environment(XDG_CACHE_HOME=str(tmp_path / "file"))
    store = tmp_path / "store"
    for command in (
        ["index", "sync", str(articles), "--store", str(store)],
        ["qa", "ask", "How many stops does Line 7 have?", "--store", str(store), "--json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=extra, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), command
    made = {onnx._name(WEIGHTS), onnx._name(WEIGHTS, ADAPTER)}
    assert {path.name for path in (store / "encoder").iterdir()} == made
    assert json.loads(done.stdout)["citations"][0]["quote"] == "Line 7 has 14 stops."


def test_nothing_but_the_graph_lies_in_the_cache_after_a_search(
    sample_store: Path, tmp_path: Path
) -> None:
    """ONNX Runtime would keep a device id and a queue of events for its maker there."""
    graph = onnx.find(WEIGHTS)
    assert graph
    (tmp_path / "byline").mkdir()
    shutil.copy(graph, tmp_path / "byline")
    done = subprocess.run(
        [sys.executable, "-m", "qa", "search", "beavers", "--store", str(sample_store)],
        cwd=ROOT,
        env=environment(XDG_CACHE_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [graph.name]


def test_threads_share_one_session(minilm: MiniLM) -> None:
    fresh = MiniLM()
    with ThreadPoolExecutor(8) as threads:
        sessions = list(threads.map(lambda _: fresh._session(), range(8)))
    assert len({id(session) for session in sessions}) == 1


# Any other model


def test_a_model_by_path_gives_the_vectors_of_the_default(
    minilm: MiniLM, reference: SimpleNamespace
) -> None:
    assert (reference.dim, reference.window) == (minilm.dim, minilm.window)
    assert cosines(reference.other_questions, reference.plain_questions).min() >= 0.999
    assert cosines(reference.other_passages, reference.minilm_passages).min() >= 0.98
    ours = np.stack([minilm.encode_question(question) for question in QUESTIONS])
    assert cosines(reference.other_questions, ours).min() >= 0.98


def test_a_model_by_path_has_the_same_tokens(minilm: MiniLM, reference: SimpleNamespace) -> None:
    found = [TokenVectors(*pair) for pair in token_pairs(reference)]
    for question, theirs in zip(QUESTIONS, found, strict=True):
        (ours,) = minilm.encode_tokens([question])
        assert np.array_equal(theirs.offsets, ours.offsets)
        assert np.allclose(np.linalg.norm(theirs.vectors, axis=1), 1, atol=1e-5)
        assert cosines(theirs.vectors, ours.vectors).mean() >= 0.97
    assert reference.count.tolist() == [len(each.offsets) for each in found]


def token_pairs(reference: SimpleNamespace) -> list[tuple[np.ndarray, np.ndarray]]:
    kept = vars(reference)
    return [(kept[f"tokens_{n}"], kept[f"offsets_{n}"]) for n in range(len(QUESTIONS))]


def test_a_library_of_a_model_by_path_can_be_asked(reference: SimpleNamespace) -> None:
    assert reference.answer["citations"][0]["quote"] == "Line 7 has 14 stops."
    assert reference.fingerprint.startswith("model ")


UNKNOWN = """
import socket, sys
def refuse(*_):
    print("the network was used", file=sys.stderr)
    raise OSError("no network in this test")
socket.socket.connect = socket.getaddrinfo = refuse
from index.__main__ import main
print([main(["sync", sys.argv[1], "--store", sys.argv[2], "--encoder", name])
       for name in sys.argv[3:]])
"""


def test_an_unknown_model_is_one_line_and_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Line 7 has 14 stops.")
    alone = environment(HF_HOME=str(tmp_path / "hub"))
    names = ["nobody/no-such-model", "corpus/sample", "/nope", "./models/none"]
    paths = [str(tmp_path / "a.txt"), str(tmp_path / "store")]
    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN, *paths, *names],
        cwd=ROOT,
        env={k: v for k, v in alone.items() if k != "HF_HUB_OFFLINE"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[1, 1, 1, 1]\n"
    first, second, third, fourth = done.stderr.splitlines()
    # A folder that is there is named by its whole path, which means the same anywhere.
    for name, line in zip((names[0], str(ROOT / names[1])), (first, second), strict=True):
        assert line.startswith(f"error: the encoder {name!r} cannot be loaded from this disk: ")
    for name, line in zip(names[2:], (third, fourth), strict=True):
        assert line.startswith(f"error: there is no encoder at {name}: name a folder that holds ")
    assert all(line.endswith("or leave BYLINE_ENCODER unset") for line in done.stderr.splitlines())


# Hash


def test_hash_vectors_are_the_same_in_every_process() -> None:
    texts = ["Beavers built 27 dams.", "", "北京 🙂 Élysée", "a" * 10_000]
    code = (
        "import hashlib, json, sys; from index.hashing import HashEncoder\n"
        "e = HashEncoder(); texts = json.loads(sys.argv[1])\n"
        "rows = [e.encode_passages(texts), *(t.vectors for t in e.encode_tokens(texts))]\n"
        "print(hashlib.sha256(b''.join(r.tobytes() for r in rows)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, json.dumps(texts)],
            cwd=ROOT,
            env=environment(PYTHONHASHSEED=seed),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    encoder = HashEncoder()
    rows = [encoder.encode_passages(texts), *(t.vectors for t in encoder.encode_tokens(texts))]
    here = hashlib.sha256(b"".join(row.tobytes() for row in rows)).hexdigest()
    assert digests == {here}


@given(st.lists(st.text(max_size=80), max_size=4))
def test_hash_keeps_what_the_protocol_promises(texts: list[str]) -> None:
    encoder = HashEncoder()
    passages = encoder.encode_passages(texts)
    assert passages.shape == (len(texts), encoder.dim) and passages.dtype == np.float32
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert all(
        np.array_equal(encoder.encode_question(t), v) for t, v in zip(texts, passages, strict=True)
    )
    for text, found in zip(texts, encoder.encode_tokens(texts), strict=True):
        assert len(found.vectors) == len(found.offsets) <= encoder.window
        assert all(text[start:end].strip() for start, end in found.offsets)


def test_progress_counts_every_text() -> None:
    seen: list[int] = []
    HashEncoder().encode_passages(["a", "b", "c"], seen.append)
    assert sum(seen) == 3


def test_load_encoder_knows_three_names(minilm: MiniLM) -> None:
    assert isinstance(load_encoder(""), MiniLM) and isinstance(load_encoder("hash"), HashEncoder)
    assert load_encoder("hash").fingerprint != load_encoder("").fingerprint
    other = load_encoder(str(minilm._folder))
    assert type(other).__name__ == "Transformer" and other.fingerprint != minilm.fingerprint
