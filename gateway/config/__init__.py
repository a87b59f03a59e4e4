"""The configuration: its types, the keys of its TOML file, the options, and what is checked.

`Config` and its parts are what the service works with; `load` makes one from a file and options
or raises `ConfigurationError` with everything that is wrong.
"""

from gateway.config.build import load
from gateway.config.model import (
    Config,
    EngineConfig,
    LimitsConfig,
    ListenConfig,
    TlsConfig,
    VersionsConfig,
)
from gateway.config.problems import ConfigurationError, Problem

__all__ = [
    "Config",
    "ConfigurationError",
    "EngineConfig",
    "LimitsConfig",
    "ListenConfig",
    "Problem",
    "TlsConfig",
    "VersionsConfig",
    "load",
]
