"""Setting faults over HTTP, for tests that run the practice engine in a process of its own.

No engine has this route; the server has it only when asked for. `GET /practice/faults` lists what
is set, `POST` sets one more, `DELETE` takes all away. Faults do not bear on these calls.
"""

from __future__ import annotations

import orjson

from gateway.api.message import Answer
from gateway.engine.practice.faults import Fault, Faults
from gateway.engine.practice.replies import empty, json_answer

PATH = "/practice/faults"


def control(faults: Faults, method: str, body: bytes) -> Answer:
    """Answer a call of this route; 400 for a fault that makes no sense."""
    if method == "GET":
        return json_answer([fault.document() for fault in faults.pending])
    if method == "DELETE":
        faults.clear()
        return empty()
    if method != "POST":
        return json_answer({"message": "page not found"}, 404)
    try:
        faults.add(Fault.read(orjson.loads(body)))
    except ValueError as error:
        return json_answer({"message": f"not a fault: {error}"}, 400)
    return empty()
