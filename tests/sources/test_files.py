"""Bounded parsing of hostile files, and YAML as OpenAPI means it."""

import gzip
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core.errors import UserError
from stages.sources import files, yaml_text

LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{more}: &{more} [{', '.join(['*' + less] * 9)}]\n".encode()
    for less, more in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED_LAUGHS = b"a: &a {k0: 1, l0: 1}\n" + b"".join(
    f"b{n}: &b{n} {{<<: [{', '.join(['*' + (f'b{n - 1}' if n else 'a')] * 9)}], k{n}: 1}}\n".encode() for n in range(9)
)


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a"])
def test_a_byte_order_mark_is_dropped(name):
    assert files.parse(b'\xef\xbb\xbf{"a": 1}', name) == {"a": 1}


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.json", b'{"a": "\xff"}', "a.json: not UTF-8 at byte 7; save it as UTF-8"),
        ("a.yaml", "a: Käse".encode("latin-1"), "a.yaml: not UTF-8 at byte 4; save it as UTF-8"),
        ("a.yaml", "a: Käse".encode("utf-16"), "a.yaml: UTF-16 or UTF-32; save it as UTF-8"),
        ("a.json", '{"a": 1}'.encode("utf-16-be"), "a.json: UTF-16 or UTF-32"),
        ("a.json", '{"a": 1}'.encode("utf-32"), "a.json: UTF-16 or UTF-32"),
        ("a.json", b'{"a": }', "a.json:1: not valid JSON"),
        ("a.json", b"", "a.json:1: not valid JSON"),
        ("a", b'{"a": }', "a:1: not valid JSON"),
        ("a.json", b'{"a": 1, "b": 2, "a": 3}', "a.json: not valid JSON: the key 'a' stands twice"),
        ("a.json", b"[" + b"1" * 5_000 + b"]", "a.json: not valid JSON"),
        ("a.yaml", b"a: " + b"1" * 5_000, "a.yaml: not valid YAML"),
        ("a.yaml", b"a: [1,\nb: }", "not valid YAML"),
        ("a.yaml", b"a: \x01", "a.yaml:1: not valid YAML: unacceptable character"),
        ("a.yaml", b"a: 1\nb: 2\na: 3\n", "a.yaml:3: not valid YAML: the key 'a' stands twice"),
        ("a.yaml", b"200: 1\n'200': 2\n", "a.yaml:2: not valid YAML: the key '200' stands twice"),
        ("a.yaml", b"? [a]\n: 1\n", "a.yaml:1: not valid YAML: a key must be text"),
        ("a.yaml", b"a: *x\n", "a.yaml:1: not valid YAML: found undefined alias"),
        ("a.yaml", b"a: &x [1, *x]\n", "a.yaml:1: not valid YAML: an alias stands inside what it stands for"),
        ("a.yaml", b"a: !!python/object/apply:os.system [ls]", "not valid YAML: could not determine a constructor"),
        ("a.yaml", b"a: !!binary aGk=", "not valid YAML: could not determine a constructor"),
        ("a.yaml", b"a: 1\n---\nb: 2\n", "not valid YAML: but found another document"),
        ("a.json", b"[" * 80 + b"]" * 80, "nested deeper than 64 levels"),
        ("a.json", b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        ("a.yaml", b"[" * 3_000 + b"]" * 3_000, "nested deeper"),
        ("a.yaml", LAUGHS, "aliases stand for more than 100000 values"),
        ("a.yaml", MERGED_LAUGHS, "aliases stand for more than 100000 values"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_one_line_with_its_name(name, data, problem):
    with pytest.raises(UserError) as caught:
        files.parse(data, name)
    assert problem in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize("bomb", [LAUGHS, MERGED_LAUGHS], ids=["aliases", "merges"])
def test_a_billion_laughs_cost_what_their_few_lines_cost(bomb):
    tracemalloc.start()
    with pytest.raises(UserError):
        files.parse(bomb, "a.yaml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(bomb) < 1_000 and peak < 2_000_000


def test_modest_aliases_and_merges_are_followed():
    text = b"base: &base {type: string, maxLength: 3}\none: *base\ntwo: {<<: *base, maxLength: 5}\n"
    base = {"type": "string", "maxLength": 3}
    assert files.parse(text, "a.yaml") == {"base": base, "one": base, "two": {"type": "string", "maxLength": 5}}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-01-01", "2020-01-01"),
        ("2020-01-01T10:00:00Z", "2020-01-01T10:00:00Z"),
        ("1e-5", 1e-5),
        ("-1E+5", -1e5),
        ("1.", 1.0),
        (".5", 0.5),
        ("'1e-5'", "1e-5"),
        ("1e", "1e"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0x1f", 31),
        ("0o17", 15),
        ("+7", 7),
        ("no", "no"),
        ("On", "On"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("=", "="),
        ("-.inf", float("-inf")),
        ("!!str 5", "5"),
        ("!!float 5", 5.0),
    ],
)
def test_a_scalar_is_what_openapi_says_yaml_means(written, meant):
    value = files.parse(f"a: {written}\n".encode(), "a.yaml")["a"]
    assert value == meant and type(value) is type(meant)


def test_keys_are_text_as_in_json():
    found = files.parse(b"{200: 1, yes: 2, 1.5: 3, null: 4, 2020-01-01: 5}", "a.yaml")
    assert list(found) == ["200", "yes", "1.5", "null", "2020-01-01"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab#:-'\" \u00e9\n"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab-"), inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES)
def test_json_reads_the_same_as_yaml(value):
    data = json.dumps(value).encode()
    assert files.parse(data, "a.json") == yaml_text.load(data.decode())


def test_a_damaged_gzip_file_is_named():
    with pytest.raises(UserError, match="not a whole gzip file"):
        files.unpack(gzip.compress(b"x" * 1000)[:20], "a.gz")


def test_a_gzip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1000)
    with pytest.raises(UserError, match="unpacks to more"):
        files.unpack(gzip.compress(b"x" * 2000), "a.gz")


def test_a_large_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1000)
    with pytest.raises(UserError, match="larger than 1000 bytes"):
        files.parse(b"[" + b" " * 1000 + b"]", "a.yaml")
