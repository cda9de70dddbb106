"""The base stage takes a user's folder as it is, or says in one line what is wrong with it."""

import shutil

import pytest

from stages.base.run import run
from stages.core.errors import UserError
from stages.core.models import folder
from stages.core.params.base import Params


def test_a_users_folder_is_taken_and_given_our_template(pico_model_folder, tmp_path):
    summary = run(Params(path=str(pico_model_folder), threads=1), {}, tmp_path)
    assert summary.metrics["vocabulary"] == len(folder.load_tokenizer(tmp_path / "model"))
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_the_same_folder_gives_the_same_bytes(pico_model_folder, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(Params(path=str(pico_model_folder), threads=1), {}, tmp_path / name)
    for file in sorted((tmp_path / "one" / "model").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / "model" / file.name).read_bytes(), file.name


def test_a_folder_without_a_tokenizer_is_refused_by_the_file_it_lacks(pico_model_folder, tmp_path):
    shutil.copytree(pico_model_folder, tmp_path / "bare")
    (tmp_path / "bare" / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"tokenizer\.json is missing"):
        run(Params(path=str(tmp_path / "bare"), threads=1), {}, tmp_path)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UserError, match="no such model folder"):
        run(Params(path=str(tmp_path / "nowhere"), threads=1), {}, tmp_path)
