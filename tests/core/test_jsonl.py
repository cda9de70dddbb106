"""JSON Lines: read lazily with the line at fault named, written whole or not at all."""

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.records import Rejected


def test_what_was_written_is_read_back(tmp_path):
    rows = [Rejected(id=str(i), reason="because", detail="ünïcode") for i in range(3)]
    assert jsonl.write(tmp_path / "a.jsonl", rows) == 3
    assert list(jsonl.read(tmp_path / "a.jsonl", Rejected)) == rows


def test_a_bad_line_is_named_by_file_number_and_field(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id":"1","reason":"x"}\n{"id":"2"}\n')
    with pytest.raises(UserError, match=r"a\.jsonl:2: reason"):
        list(jsonl.read(tmp_path / "a.jsonl", Rejected))


def test_a_writer_that_fails_leaves_the_old_file(tmp_path):
    jsonl.write(tmp_path / "a.jsonl", [Rejected(id="1", reason="x")])

    def rows():
        yield Rejected(id="2", reason="x")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jsonl.write(tmp_path / "a.jsonl", rows())
    assert [row.id for row in jsonl.read(tmp_path / "a.jsonl", Rejected)] == ["1"]
