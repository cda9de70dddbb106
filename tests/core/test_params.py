"""params.yaml: a misspelt key, a number written as text, a missing section are named (dvc#8466, #5971)."""

from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.params.load import load, parse
from tests.test_house import DOCUMENT


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    return path


def test_a_number_that_yaml_reads_as_text_is_an_error_that_shows_it(tmp_path):
    path = write(tmp_path, "execution: {slots: 1e0, weights: {}, server_timeout: 30}\n")
    with pytest.raises(UserError, match=r"execution\.slots.*'1e0'"):
        load("execution", path)


def test_a_missing_parameter_is_named(tmp_path):
    path = write(tmp_path, "execution: {slots: 1, weights: {}}\n")
    with pytest.raises(UserError, match=r"execution\.server_timeout: this parameter is missing"):
        load("execution", path)


def test_a_missing_section_is_named(tmp_path):
    with pytest.raises(UserError, match="execution: this section is missing"):
        load("execution", write(tmp_path, "other: 1\n"))


def test_a_file_that_is_no_yaml_names_the_line(tmp_path):
    with pytest.raises(UserError, match=r"params\.yaml:2"):
        load("execution", write(tmp_path, "a: 1\n b: [\n"))


def test_no_file_says_where_to_stand(tmp_path):
    with pytest.raises(UserError, match="run from the project's folder"):
        load("execution", tmp_path / "params.yaml")


def test_a_value_out_of_bounds_is_named():
    with pytest.raises(UserError, match=r"execution\.slots.*got 0"):
        parse("execution", {"slots": 0, "weights": {}, "server_timeout": 30}, "here")


def test_a_mistake_inside_one_of_several_methods_is_named_by_the_users_own_keys():
    section = DOCUMENT["rl"] | {"algorithm": DOCUMENT["rl"]["algorithm"] | {"betta": 1}}
    with pytest.raises(UserError, match=r"^here: rl\.algorithm\.betta: no such parameter$"):
        parse("rl", section, "here")
