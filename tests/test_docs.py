"""What the documents say is so: commands and options exist, links resolve, examples are right."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.gateway import run_gateway

from gateway.certs import folder as certificates
from gateway.cli import build_parser, main
from gateway.config import load, page
from gateway.config.keys import KEYS, LISTEN_KEYS
from gateway.config.options import add_options
from gateway.versions import compatibility

REPOSITORY = Path(__file__).parents[1]
DEPLOY = REPOSITORY / "deploy"
DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("changelog.d/*.md"),
        *DEPLOY.glob("*.md"),
        *REPOSITORY.glob("docs/**/*.md"),
    ]
)
EXAMPLES = [DEPLOY / "docker-gateway.toml", DEPLOY / "docker-gateway.service"]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    text = document.read_text(encoding="utf-8")
    return [body for found, body in _FENCE.findall(text) if found == language]


def command_lines() -> Iterator[tuple[str, str]]:
    """Every line of an indented block, and every span of code: (document, line)."""
    for document in DOCUMENTS:
        text = _FENCE.sub("", document.read_text(encoding="utf-8"))
        for line in text.splitlines():
            if line.startswith("    "):
                yield name(document), line.strip().partition("  #")[0]
        for span in _CODE.findall(text):
            yield name(document), " ".join(span.split())


SHOWN = sorted(set(command_lines()))
OURS = [
    (document, re.sub(r"^\S*/(?=docker-gateway )", "", line))
    for document, line in SHOWN
    if re.match(r"(\S*/)?docker-gateway [a-z]", line)
]


@pytest.mark.parametrize(("document", "line"), OURS)
def test_every_command_that_is_shown_exists_with_its_options(document: str, line: str) -> None:
    words = shlex.split(line)[1:]
    if "docker-gateway" in words:  # behind `runuser … --`
        words = words[words.index("docker-gateway") + 1 :]
    parser = build_parser()
    if len(words) == 1:
        with pytest.raises(SystemExit) as end:
            parser.parse_args([*words, "--help"])
        assert end.value.code == 0
    else:
        _, unknown = parser.parse_known_args(words)
        assert unknown == [], f"{document}: {line}"


def test_the_readme_shows_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    ([a-z]+) {2,}|^    ([a-z]+)$", capsys.readouterr().out, re.M))
    found = {first or second for first, second in commands}
    assert len(found) == 8
    for command in found:
        line = f"docker-gateway {command}"
        assert any(document == "README.md" and shown.startswith(line) for document, shown in OURS)


def test_the_lines_for_twistd_have_the_options_of_serve() -> None:
    lines = [line for _, line in SHOWN if re.match(r"twistd? ", line)]
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(line)
        parser = argparse.ArgumentParser(allow_abbrev=False)
        add_options(parser)
        ours = words[len(words) - words[::-1].index("docker-gateway") :]
        assert parser.parse_known_args(ours)[1] == []


def test_the_examples_of_explain_work(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for _, line in OURS if " explain " in line and "1.M" not in line]
    assert len(lines) >= 2
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0
        assert "rewrites:" in capsys.readouterr().out


def test_every_module_that_is_shown_to_be_run_exists() -> None:
    modules = {m for _, line in SHOWN for m in re.findall(r"python -m (gateway[\w.]*)", line)}
    assert {"gateway.config.page", "gateway.versions.compatibility"} <= modules
    for module in modules:
        assert importlib.util.find_spec(module) is not None, module


def test_every_target_of_make_that_is_shown_exists() -> None:
    targets = {t for _, line in SHOWN for t in re.findall(r"^make ([a-z]+)", line)}
    assert {"run", "test", "bench", "lint"} <= targets
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for target in targets:
        assert re.search(rf"^{target}\s*:", makefile, re.MULTILINE), target


def slugs(document: Path) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_resolve(document: Path) -> None:
    for link in _LINK.findall(_FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{name(document)}: {link}"
        assert not anchor or anchor in slugs(target), f"{name(document)}: {link}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_files_and_tests_that_are_named_exist(document: Path) -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in REPOSITORY.glob("tests/**/*.py"))
    for span in _CODE.findall(document.read_text(encoding="utf-8")):
        if "NN" in span or "x/" in span:  # placeholders
            continue
        if re.fullmatch(r"(gateway|tests|docs|deploy|changelog\.d)/[\w./-]*", span):
            assert (REPOSITORY / span).exists(), f"{name(document)}: {span}"
        elif re.fullmatch(r"[\w/]+\.py", span):
            assert list(REPOSITORY.glob(f"[gt]*/**/{span}")), f"{name(document)}: {span}"
        elif re.fullmatch(r"test_\w+", span):
            assert f"def {span}(" in sources, f"{name(document)}: {span}"


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    """A folder with the certificates that the examples name."""
    certificates.create(tmp_path / "certs")
    shutil.copytree(tmp_path / "certs", tmp_path / "engine-certs")
    return tmp_path


def test_the_examples_of_the_readme_are_accepted(configured: Path) -> None:
    examples = blocks(REPOSITORY / "README.md", "toml")
    assert len(examples) == 2
    for number, example in enumerate(examples):
        file = configured / f"{number}.toml"
        file.write_text(example, encoding="utf-8")
        config = load(file)
        assert config.tls is not None
        assert config.tls.cert == configured / "certs" / "server-cert.pem"
        assert config.warnings == ()
    assert load(configured / "0.toml").listen[1].default_version == (1, 12)
    assert load(configured / "1.toml").engine.ca == configured / "engine-certs" / "ca.pem"


def test_check_accepts_the_file_to_start_from(configured: Path) -> None:
    file = configured / "docker-gateway.toml"
    shutil.copy(DEPLOY / "docker-gateway.toml", file)
    done = run_gateway("check", "--config", str(file))
    # 1 where no engine is at the usual place, or the port is taken.
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.startswith("configuration  valid\n")
    assert "warning" not in done.stdout
    config = load(file)
    assert [listener.address for listener in config.listen] == ["tls://0.0.0.0:2376"]
    assert config.engine.address == "unix:///run/docker.sock"


def test_what_is_commented_out_in_it_would_be_right() -> None:
    text = (DEPLOY / "docker-gateway.toml").read_text(encoding="utf-8")
    keys = {key.name: key for key in (*KEYS, *LISTEN_KEYS)}
    found = re.findall(r"^# *([a-z-]+ = .+)$", text, re.MULTILINE)
    assert len(found) >= 5
    for line in found:
        [(key, value)] = tomllib.loads(line).items()
        assert keys[key].kind.from_toml(value) is not None


def unit() -> dict[str, str]:
    """The settings of the systemd unit; each is there once."""
    text = (DEPLOY / "docker-gateway.service").read_text(encoding="utf-8")
    settings: dict[str, str] = {}
    for line in text.splitlines():
        if not line or line.startswith("#") or re.fullmatch(r"\[[A-Z]\w+\]", line):
            continue
        key, separator, value = line.partition("=")
        assert separator and re.fullmatch(r"[A-Z]\w+", key) and key not in settings, line
        settings[key] = value
    return settings


def test_the_unit_starts_what_there_is() -> None:
    program, *arguments = shlex.split(unit()["ExecStart"])
    assert Path(program).name == "docker-gateway"
    options, unknown = build_parser().parse_known_args(arguments)
    assert unknown == []
    assert options.config.name == "docker-gateway.toml"
    assert unit()["Type"] == "exec"
    assert unit()["RestartPreventExitStatus"] == "2"


def test_the_unit_allows_the_files_that_the_limits_need() -> None:
    settings = tomllib.loads((DEPLOY / "docker-gateway.toml").read_text(encoding="utf-8"))
    assert int(unit()["LimitNOFILE"]) >= 2 * settings["limits"]["connections"]


@pytest.mark.parametrize("generated", [compatibility, page], ids=lambda module: module.__name__)
def test_generated_pages_are_current(generated: object) -> None:
    assert generated.main(["--check"]) == 0  # type: ignore[attr-defined] # a module


def test_the_examples_in_python_can_be_imported() -> None:
    examples = blocks(REPOSITORY / "README.md", "python")
    assert len(examples) == 2
    for example in examples:
        for node in ast.walk(ast.parse(example)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gateway"):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_decisions_are_numbered_listed_and_whole() -> None:
    index = (REPOSITORY / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [path.name[:4] for path in DECISIONS] == [f"{n + 1:04}" for n in range(len(DECISIONS))]
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == [path.name for path in DECISIONS]
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Tested by"], path.name


def test_news_can_be_put_together() -> None:
    for path in REPOSITORY.glob("changelog.d/*.md"):
        kinds = "feature|bugfix|doc|removal|misc"
        assert re.fullmatch(rf"[0-9]+\.({kinds})(\.[0-9]+)?\.md", path.name), path.name
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "1.0"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert draft.returncode == 0, draft.stderr
    assert "1.0" in draft.stdout


@pytest.mark.parametrize("document", [*DOCUMENTS, *EXAMPLES], ids=name)
def test_no_document_has_a_path_of_this_machine(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for path in {REPOSITORY, Path.home(), Path(sys.prefix)} - {Path("/")}:
        assert not re.search(rf"(?<![\w.]){re.escape(str(path))}(?![\w-])", text), path
