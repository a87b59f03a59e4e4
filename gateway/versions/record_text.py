"""Records of progress as the text that clients printed: before records were JSON, and in them.

Clients before v1.8 got a build as text, clients of v1.0 a pull, a push and an import, too. The
text of a record is what Docker's formatter wrote for clients without JSON
(utils/streamformatter.go at Docker 1.6.2), recorded of Engine 1.6.2 at v1.3 to v1.7.
"""

from __future__ import annotations

from gateway.api.message import Json

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BAR = 50
"""How wide the bar is, in characters."""


def record_text(record: Json) -> bytes:
    """Give one record as text; empty for a record that says nothing (`aux`).

    A line of output ends in a carriage return behind its own newline, a status in CR LF, progress
    in a carriage return alone, so that the next text is written over it. An error is a line
    `Error: …`. The `id` of a layer is not shown.
    """
    error = error_message(record)
    if error is not None:
        text = f"Error: {error}\r\n"
    elif record.get("stream"):
        text = f"{record['stream']}\r"
    elif "progressDetail" in record or record.get("progress"):
        text = f"{record.get('status', '')} {progress_text(record)}\r"
    elif record.get("status"):
        text = f"{record['status']}\r\n"
    else:
        return b""
    return text.encode()


def error_message(record: Json) -> str | None:
    """The words of a record that is an error, None for any other record."""
    detail = record.get("errorDetail")
    message = detail.get("message") if isinstance(detail, dict) else None
    error = message or record.get("error")
    return error if isinstance(error, str) else None


def progress_text(record: Json) -> str:
    """The progress of a record as text: its `progress`, or else made from its `progressDetail`.

    Empty when nothing is known.
    """
    progress = record.get("progress")
    if isinstance(progress, str) and progress:
        return progress
    detail = record.get("progressDetail")
    if not isinstance(detail, dict):
        return ""
    return progress_bar(detail.get("current") or 0, detail.get("total") or 0)


def progress_bar(current: int, total: int) -> str:
    """Draw what Docker from 0.7.1 on wrote into `progress` (utils/jsonmessage.go at 0.7.1).

    `current` and `total` are in bytes, 0 or less when unknown: `[====>   ] 1.5 MB/3 MB`. The time
    that is left, which it added when a start was known, is not told.
    """
    if current <= 0 and total <= 0:
        return ""
    if total <= 0:
        return f"{size_text(current):>8}"
    filled = min(int(current / total * 100) // 2, _BAR)
    bar = "=" * filled + ">" + " " * (_BAR - filled)
    return f"[{bar}] {size_text(current):>8}/{size_text(total)}"


def size_text(size: float) -> str:
    """A number of bytes in words: four significant digits, units of 1000 (pkg/units at 1.6.2)."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.4g} {_UNITS[unit]}"
