"""Waiting for something with a deadline."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

# Never set: waiting on it is how a poll pauses.
_never = threading.Event()


def wait_until(
    ask: Callable[[], Answer], what: str, seconds: float = 15.0, pause: float = 0.02
) -> Answer:
    """Ask until the answer is true, and return it.

    `what` completes "waited in vain for …"; AssertionError when `seconds` have passed.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        _never.wait(pause)
