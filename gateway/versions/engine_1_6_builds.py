"""The output of a build as clients before v1.19 see it: the texts of Docker Engine 1.6."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace

from gateway.api.message import Answer, Json, Request
from gateway.stream.json import JsonError, dumps, loads
from gateway.versions.vocabulary import Change, Facts

_QUIET = "build: quiet"
_TAGS = "build: a tag is told of"
_RUNNING = "build: the command's output follows"
_REMOVED = "build: a container that is gone"
_HELD = "build: a record that waits for its place"

_STEP = re.compile(r"Step (\d+)(?:/\d+)? : ")
_PAIR = re.compile(r"(?:(?<=\s)|^)([^\s=]+)=")
_REMOVING = "Removing intermediate container "
_ARROW = " ---> "
_BUILT = "Successfully built "
_TAGGED = "Successfully tagged "
_FAILED = re.compile(r"The command '(.*)' returned a non-zero code: (\d+)", re.DOTALL)
_UNKNOWN_INSTRUCTION = re.compile(rb"line (\d+): unknown instruction: (\S+)", re.IGNORECASE)


class BuildOutputOfEngine16(Change):
    """A build's output is that of Engine 1.6.

    Recorded at v1.8 to v1.18: steps are counted from 0 and not out of how many, and each ends its
    line in its own record; a container is removed after the id of its layer is told; nothing is
    said of tags. With `q=1` only the output of the commands is missing, where newer engines give
    nothing but the id. A command that fails has no code beside its message.
    """

    routes = ("ImageBuild",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Do not ask for what `q=1` has become."""
        facts[_TAGS] = bool(request.parameter("t"))
        if request.parameter("q") in (None, "", "0", "false"):
            return request
        facts[_QUIET] = True
        return request.with_parameters(pair for pair in request.parameters() if pair[0] != "q")

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Bring one record into its old form, or leave it out.

        The removal of a container comes before the layer now. It is put behind by giving each
        record in the place of the next, until one is left out anyway.
        """
        error = record.get("error")
        if error is not None:
            message = _FAILED.sub(r"The command [\1] returned a non-zero code: \2", error)
            return {"errorDetail": {"message": message}, "error": message}
        text = record.get("stream")
        if text is None:
            return None if "aux" in record else record
        if text.startswith(_REMOVING):
            facts[_REMOVED] = text
            facts.pop(_RUNNING, None)
            return None
        if text.startswith(_ARROW):
            facts[_RUNNING] = text.startswith(f"{_ARROW}Running in ")
            return record
        step = _STEP.match(text)
        if step is not None:
            facts.pop(_RUNNING, None)
            first = f"Step {int(step[1]) - 1} : {_spoken(text[step.end() :])}\n"
            return _behind_removal(first, facts)
        if (text == "\n" or text.startswith(_TAGGED)) and _HELD in facts:
            held = facts.pop(_HELD)
            return {"stream": held} if held else None
        if text.startswith(_BUILT):
            if facts.get(_TAGS):
                return _behind_removal(text, facts)
            return {"stream": facts.pop(_REMOVED, "") + text}
        if text.startswith(_TAGGED) or (facts.get(_RUNNING) and facts.get(_QUIET)):
            return None
        return record


def _behind_removal(text: str, facts: Facts) -> Json:
    """Give what was kept in the place of `text`, which then takes the place of the next record."""
    removed = facts.pop(_REMOVED, None)
    facts[_HELD] = text if removed else ""
    return {"stream": removed or text}


def _spoken(instruction: str) -> str:
    """An instruction as Engine 1.6 wrote it: its words, without the signs of a list or pairs."""
    name, blank, words = instruction.partition(" ")
    if words.startswith("["):
        try:
            words = " ".join(loads(words.encode()))
        except (JsonError, TypeError):
            return instruction
    elif name in ("ENV", "LABEL"):
        words = _PAIR.sub(r"\1 ", words)
    return f"{name}{blank}{words}"


class BuildFailsInItsStream(Change):
    """A Dockerfile that cannot be read is an error in the stream of the build, not a status.

    Engine 1.6.2, recorded: 200, the step and a record with the error. Newer engines read all of
    the Dockerfile first and answer 400.
    """

    routes = ("ImageBuild",)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Make the stream."""
        if answer.status != 400 or b"ockerfile parse error" not in answer.body:
            return answer
        message = answer.body.decode(errors="replace").strip()
        records: list[Json] = []
        unknown = _UNKNOWN_INSTRUCTION.search(answer.body)
        if unknown is not None:
            instruction = unknown[2].decode(errors="replace").upper()
            records.append({"stream": f"Step {int(unknown[1]) - 1} : {instruction} \n"})
            message = f"Unknown instruction: {instruction}"
        records.append({"errorDetail": {"message": message}, "error": message})
        headers = answer.headers.having("Content-Type", "application/json")
        body = b"".join(dumps(record) + b"\r\n" for record in records)
        return Answer(200, headers.without("X-Content-Type-Options"), body)


class RegistryConfigIsWrapped(Change):
    """The credentials of a build stand in `configs` of its `X-Registry-Config`.

    Docker 1.0 to 1.6, api/client: `{"configs": {address: …}}`; engines from 1.7 on read only the
    map itself, and pull no private image otherwise.
    """

    routes = ("ImageBuild",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Take them out of it; what cannot be read passes."""
        header = request.headers.get("X-Registry-Config")
        if not header:
            return request
        try:
            document = loads(b64decode(header.replace("-", "+").replace("_", "/") + "=="))
        except (JsonError, ValueError):
            return request
        configs = document.get("configs") if isinstance(document, dict) else None
        if not isinstance(configs, dict):
            return request
        plain = b64encode(dumps(configs), b"-_").decode()
        return replace(request, headers=request.headers.having("X-Registry-Config", plain))
