"""Bounded parsing of hostile files."""

import gzip

import pytest

from stages.core.errors import UserError
from stages.sources import files


def test_a_byte_order_mark_is_dropped():
    assert files.parse(b'\xef\xbb\xbf{"a": 1}', "a.json") == {"a": 1}


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.json", b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        ("a.json", b'{"a": }', "a.json:1: not valid JSON"),
        ("a.yaml", b"a: [1,\nb: }", "not valid YAML"),
        ("a.yaml", b"a: &x [1]\nb: *x\n", "a.yaml:2: not valid YAML: aliases are not read"),
        ("a.yaml", b"a: !!python/object/apply:os.system [ls]", "not valid YAML"),
        ("a.json", b"[" * 80 + b"]" * 80, "nested deeper"),
        ("a.json", b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        ("a.yaml", b"[" * 3_000 + b"]" * 3_000, "nested deeper"),
    ],
)
def test_a_bad_file_is_one_line_with_its_name(name, data, problem):
    with pytest.raises(UserError, match=problem):
        files.parse(data, name)


def test_a_date_in_yaml_stays_text():
    assert files.parse(b"a: 2020-01-01", "a.yaml") == {"a": "2020-01-01"}


def test_a_damaged_gzip_file_is_named():
    with pytest.raises(UserError, match="not a whole gzip file"):
        files.unpack(gzip.compress(b"x" * 1000)[:20], "a.gz")


def test_a_gzip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1000)
    with pytest.raises(UserError, match="unpacks to more"):
        files.unpack(gzip.compress(b"x" * 2000), "a.gz")
