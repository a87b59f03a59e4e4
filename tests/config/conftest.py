"""Fixtures of the configuration's tests: a folder of certificates, and a way to load a text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.certs import folder
from gateway.config import Config, ConfigurationError, load


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "certs"
    folder.create(path)
    return path


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Config]:
    """Load `gateway.toml` with this text, and options; in a folder of its own."""

    def load_it(text: str, **options: object) -> Config:
        path = tmp_path / "gateway.toml"
        path.write_text(text)
        return load(path, options)

    return load_it


@pytest.fixture
def problems_of(load_text: Callable[..., Config], tmp_path: Path) -> Callable[..., list[str]]:
    """All problems of a text, as lines in which the file is called FILE."""

    def problems(text: str, **options: object) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            load_text(text, **options)
        path = str(tmp_path / "gateway.toml")
        return [str(problem).replace(path, "FILE") for problem in caught.value.problems]

    return problems
