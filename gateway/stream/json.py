"""Reading and writing JSON with orjson, without its traps.

orjson turns integers outside of 64 bits into floats without a word (18446744073709551616 becomes
1.8446744073709552e+19) and raises for NaN, 1e400 and lone surrogates. Here all of that is one
error, at which the caller passes the original bytes on. Of a key that comes twice the last value
is kept, as Go does; `<`, `>` and `&` are not escaped as Go does, which no JSON parser minds.
"""

from __future__ import annotations

import json

import orjson

from gateway.api.message import Json


class JsonError(ValueError):
    """Bytes that are no JSON, or JSON that would not come out as it went in."""


_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG = b"0" * 19  # the shortest integer outside of 64 bits has 19 digits: -9223372036854775809
_BEFORE_NUMBER = b"[, \t\r\n"


def loads(data: bytes) -> Json:
    """Read one JSON document. Raises JsonError."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise JsonError(f"not JSON: {error}") from None
    if _may_hold_long_integer(data):
        _check_integers(data)
    return document


def dumps(document: Json) -> bytes:
    """Write one JSON document, without blanks and without a newline. Raises JsonError."""
    try:
        return orjson.dumps(document)
    except TypeError as error:
        raise JsonError(f"cannot be written as JSON: {error}") from None


def _may_hold_long_integer(data: bytes) -> bool:
    """Whether 19 digits in a row look like a number's; ids in hexadecimal have such rows too.

    Costs 0.2 ms for a document of 570 KB. Seldom true without need (a number in a string), never
    false when there is one: what is before a JSON number is one of a few bytes.
    """
    digits = data.translate(_DIGITS)
    start = digits.find(_LONG)
    while start >= 0:
        end = start + len(_LONG)
        while digits[end : end + 1] == b"0":
            end += 1
        negative = data[start - 1 : start] == b"-"
        if negative or end - start > len(_LONG):
            before = data[max(0, start - negative - 2) : start - negative]
            if (
                not before
                or before[-1] in _BEFORE_NUMBER
                or (before[-1:] == b":" and (len(before) < 2 or before[0] in b'" \t\r\n'))
            ):
                return True
        start = digits.find(_LONG, end)
    return False


def _check_integers(data: bytes) -> None:
    """Raise JsonError if an integer is outside of 64 bits; slow and exact."""
    json.loads(data, parse_int=_check_integer, parse_float=str, parse_constant=str)


def _check_integer(text: str) -> int:
    value = int(text) if len(text) <= 20 else 2**64
    if not -(2**63) <= value < 2**64:
        raise JsonError(f"an integer outside of 64 bits: {text[:40]}")
    return value
