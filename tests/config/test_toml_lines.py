"""The lines of keys, in every way in which TOML lets one write them."""

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.toml_lines import line_of, toml_lines

TEXT = '''\
# a comment with [brackets] and "quotes
top = 1  # [not.a.table]
text = """
[not.a.table]
no = "key" \\""" still
"""
raw = \'\'\'
# no comment
[no]
\'\'\'

[engine]
address = "unix:///a#b"   # [x]
"quoted key" = 2
dotted . name = 'c:\\path'
list = [ 1, # one
  [2, "]"], { a = 1, b = "}" },
]

[[listen]]
address = "tls://127.0.0.1:1"
[listen.more]
x = 1
[[listen]]

address = "tls://127.0.0.1:2"
[a."b.c".d]
e = 1979-05-27T07:32:00Z
'''


def test_all_kinds():
    tomllib.loads(TEXT)
    lines = toml_lines(TEXT)
    assert lines == {
        ("top",): 2,
        ("text",): 3,
        ("raw",): 7,
        ("engine",): 12,
        ("engine", "address"): 13,
        ("engine", "quoted key"): 14,
        ("engine", "dotted"): 15,
        ("engine", "dotted", "name"): 15,
        ("engine", "list"): 16,
        ("engine", "list", 0): 16,
        ("engine", "list", 1): 17,
        ("engine", "list", 1, 0): 17,
        ("engine", "list", 1, 1): 17,
        ("engine", "list", 2): 17,
        ("engine", "list", 2, "a"): 17,
        ("engine", "list", 2, "b"): 17,
        ("listen",): 20,
        ("listen", 0): 20,
        ("listen", 0, "address"): 21,
        ("listen", 0, "more"): 22,
        ("listen", 0, "more", "x"): 23,
        ("listen", 1): 24,
        ("listen", 1, "address"): 26,
        ("a",): 27,
        ("a", "b.c"): 27,
        ("a", "b.c", "d"): 27,
        ("a", "b.c", "d", "e"): 28,
    }


def test_the_nearest_line():
    lines = toml_lines("[a]\nb = {c = 1}\n")
    assert line_of(lines, ("a", "b", "c")) == 2
    assert line_of(lines, ("a", "b", "c", "no")) == 2
    assert line_of(lines, ("a", "no")) == 1
    assert line_of(lines, ("no",)) == 1


def test_windows_line_ends_and_no_line_end_at_all():
    assert toml_lines("a = 1\r\n\r\nb = '''\r\n'''\r\nc = 2") == {("a",): 1, ("b",): 3, ("c",): 5}
    assert toml_lines("") == {}
    assert toml_lines("# only this") == {}


KEYS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,5}", fullmatch=True),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=5),
)
SCALARS = st.one_of(
    st.integers(-5, 10**6),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def inline(value: object, breaks: str) -> str:
    """TOML for a value; `breaks` is put between an array's elements."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        return "[" + breaks + "".join(inline(each, breaks) + " ," + breaks for each in value) + "]"
    assert isinstance(value, dict)
    return "{ " + ", ".join(f"{quote(k)} = {inline(v, ' ')}" for k, v in value.items()) + " }"


def paths(value: object, at: tuple[str | int, ...] = ()):
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, each in items:
        if isinstance(each, dict | list):
            yield from paths(each, (*at, key))
        else:
            yield (*at, key)


@given(
    st.dictionaries(KEYS, VALUES, max_size=4),
    st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3),
    st.sampled_from([" ", "\n", " # c [\n", "\r\n\t"]),
)
def test_every_key_of_every_document_has_its_line(top, tables, breaks):
    lines = ["# first"]
    expected: dict[tuple[str, ...], int] = {}

    def add(text: str) -> int:
        start = sum(line.count("\n") + 1 for line in lines) + 1
        lines.append(text)
        return start

    for key, value in top.items():
        expected[(key,)] = add(f"{quote(key)} = {inline(value, breaks)}")
    tables = {name: table for name, table in tables.items() if name not in top}
    for name, table in tables.items():
        expected[(name,)] = add(f"  [ {quote(name)} ] # [[x]]")
        for key, value in table.items():
            expected[(name, key)] = add(f"\t{quote(key)}\t=\t{inline(value, breaks)}")
    text = "\n".join(lines)
    document = tomllib.loads(text)
    assert document == top | tables
    found = toml_lines(text)
    assert set(found) == set(paths(document))
    assert {path: found[path] for path in expected} == expected
