"""From what was given to a `Config`: defaults filled in, everything checked against everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.config.addresses import (
    DEFAULT,
    canonical_address,
    is_loopback,
    socket_troubles,
)
from gateway.config.file import layer_of_file
from gateway.config.files import engine_files, tls_files
from gateway.config.layers import Given, Layer, layer_of_options
from gateway.config.model import (
    Config,
    EngineConfig,
    LimitsConfig,
    ListenConfig,
    TlsConfig,
    VersionsConfig,
)
from gateway.config.problems import ConfigurationError, Problem
from gateway.engine.address import EngineAddress


def load(
    file: Path | None,
    options: Mapping[str, object] | None = None,
    problems: Sequence[Problem] = (),
    names: Mapping[str, str] | None = None,
) -> Config:
    """Make the configuration of a TOML file (None: without) and options, which count for more.

    `options` is what argparse gives for the options of `gateway.config.options`, as a mapping.
    `problems` were found before, in the options' names say. `names` has, by `Key.written`, what a
    command calls an option that `serve` calls otherwise. Raises ConfigurationError with those
    problems and everything else that is wrong.
    """
    found = list(problems)
    below = Layer() if file is None else layer_of_file(file, found)
    above = layer_of_options(options or {}, found, names)
    for layer in (below, above):
        layer.expand_folders(found)
    build = _Build(above.over(below), found)
    if found:
        raise ConfigurationError(found)
    return build.config


class _Build:
    """One configuration in the making; `config` is complete only when no problem was found."""

    def __init__(self, layer: Layer, problems: list[Problem]) -> None:
        self._layer = layer
        self._problems = problems
        self._warnings: list[str] = []
        insecure = bool(self._value("insecure", False))
        engine = self._engine()
        listen = self._listeners(insecure)
        tls = self._tls([where for listener, where in listen if listener.scheme == "tls"])
        self.config = Config(
            engine=engine,
            listen=tuple(listener for listener, _ in listen),
            tls=tls,
            versions=VersionsConfig(**self._section("versions")),
            limits=LimitsConfig(**self._section("limits")),
            insecure=insecure,
            log_level=self._value("log-level", Config().log_level),
            warnings=tuple(self._warnings),
        )

    def _value(self, written: str, default: Any) -> Any:
        given = self._layer.values.get(written)
        return default if given is None else given.value

    def _section(self, section: str) -> dict[str, Any]:
        """The fields that were given in one section."""
        start = f"{section}."
        return {
            written.removeprefix(start).replace("-", "_"): given.value
            for written, given in self._layer.values.items()
            if written.startswith(start)
        }

    def _problem(self, where: str, what: str, do: str) -> None:
        self._problems.append(Problem(where, what, do))

    def _engine(self) -> EngineConfig:
        values = self._layer.values
        engine = EngineConfig(**self._section("engine"))
        where = values["engine.address"].where if "engine.address" in values else "--engine"
        try:
            address = str(EngineAddress.parse(engine.address))
        except ValueError as error:
            self._problem(where, str(error), "correct the address")
            return engine
        engine = replace(engine, address=address)
        if address.startswith("tls://"):
            engine_files(engine, values, self._problems, self._warnings)
        else:
            for name in ("engine.ca", "engine.cert", "engine.key"):
                if name in values:
                    what = f"is of no use, since {address} is not encrypted"
                    self._problem(values[name].where, what, "write tls:// for the engine's address")
                    break
            if address.startswith("tcp://") and not is_loopback(address):
                self._warnings.append(
                    f"{address} is plain TCP to another machine: all that passes can be read"
                    " and changed on the way"
                )
        return engine

    def _listeners(self, insecure: bool) -> list[tuple[ListenConfig, str]]:
        given = self._layer.listen
        if given is None:
            given = [{"address": Given(DEFAULT, f"listen (default {DEFAULT})")}]
        found: list[tuple[ListenConfig, str]] = []
        for values in given:
            where = values["address"].where
            try:
                address = canonical_address(values["address"].value)
            except ValueError as error:
                self._problem(where, str(error), "correct the address")
                continue
            listener = ListenConfig(
                address,
                **{
                    name.replace("-", "_"): each.value
                    for name, each in values.items()
                    if name != "address"
                },
            )
            if any(listener.address == other.address for other, _ in found) and (
                listener.scheme == "unix" or listener.port != 0
            ):
                self._problem(where, f"{address} is there twice", "leave one out")
            self._check_listener(listener, values, where, insecure)
            found.append((listener, where))
        return found

    def _check_listener(
        self, listener: ListenConfig, values: dict[str, Given], where: str, insecure: bool
    ) -> None:
        if listener.scheme == "unix":
            for what, do in socket_troubles(listener):
                self._problem(where, what, do)
            return
        for name in ("mode", "group"):
            if name in values:
                do = "leave it out, or listen on unix:///PATH"
                self._problem(values[name].where, f"{name} is for unix sockets only", do)
        if listener.scheme == "tcp" and not listener.is_local:
            if insecure:
                self._warnings.append(
                    f"{listener.address} is plain TCP beyond this machine: whoever reaches it"
                    " rules the engine, and with it the host"
                )
            else:
                do = "listen on tls:// or on 127.0.0.1, or say --insecure if that is meant"
                what = f"{listener.address} is plain TCP beyond this machine"
                self._problem(where, what, do)

    def _tls(self, wanted: list[str]) -> TlsConfig | None:
        values, refused = self._layer.values, self._layer.refused
        cert, key = self._value("tls.cert", None), self._value("tls.key", None)
        verify = bool(self._value("tls.verify-clients", True))
        if cert is None or key is None:
            lost = {"tls.certs", "tls.cert", "tls.key"} & refused
            where = next((values[n].where for n in ("tls.cert", "tls.key") if n in values), None)
            if where is not None and not lost:
                missing = "key" if key is None else "certificate"
                self._problem(where, f"the {missing} is missing", "give both, or --certs DIR")
            elif wanted and not lost:
                do = "say --certs DIR (docker-gateway certs init --certs DIR makes them)"
                self._problem(wanted[0], "TLS needs certificates", do)
            return None
        config = TlsConfig(
            cert=cert,
            key=key,
            ca=self._value("tls.ca", None),
            verify_clients=verify,
            legacy=bool(self._value("tls.legacy", False)),
        )
        return tls_files(config, values, refused, self._problems, self._warnings)
