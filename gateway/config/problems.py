"""What is wrong with a configuration: collected, so that all of it can be said at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `where` is `FILE:LINE: KEY` or an option's name, `what` says what is wrong with it, `do` what
    to do about it.
    """

    where: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.do}"


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{count} problem{'' if count == 1 else 's'} to correct first:"
        super().__init__("\n".join((heading, *(f"  {problem}" for problem in self.problems))))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Advise on an unknown word: the nearest known one, else `otherwise` or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word.replace("_", "-"), names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return otherwise or f"known are: {', '.join(names)}"
