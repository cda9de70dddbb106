"""Model folders: safetensors, a tokenizer, nothing that runs; every fault is one line that names it."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stages.core.errors import UserError
from stages.core.models.folder import load_model, load_tokenizer, save


@pytest.fixture
def folder(pico_model_folder, tmp_path) -> Path:
    return Path(shutil.copytree(pico_model_folder, tmp_path / "model"))


def edit(path: Path, **changes) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refusal(load, folder: Path) -> str:
    with pytest.raises(UserError) as raised:
        load(folder)
    assert "\n" not in str(raised.value) and raised.value.where.startswith(str(folder))
    return raised.value.problem


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("config.json", "config.json is missing"),
        ("model.safetensors", "no *.safetensors"),
        ("tokenizer.json", "tokenizer.json is missing"),
    ],
)
@pytest.mark.parametrize("load", [load_model, load_tokenizer])
def test_a_missing_file_is_named(folder, load, name, problem):
    (folder / name).unlink()
    assert problem in refusal(load, folder)


def test_no_folder_is_named(tmp_path):
    assert refusal(load_model, tmp_path / "nowhere") == "no such model folder"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl"])
def test_pickled_weights_are_never_read(folder, name):
    (folder / "model.safetensors").rename(folder / name)
    assert f"{name} is not read" in refusal(load_model, folder)


@pytest.mark.parametrize("kind", ["llama", "own"])
def test_remote_code_is_refused_and_not_run(folder, kind, tmp_path):
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    classes = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    edit(folder / "config.json", auto_map=classes, model_type=kind)
    edit(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Tokenizer", None]}, tokenizer_class="Own")
    assert refusal(load_model, folder) and refusal(load_tokenizer, folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"hello" * 100, None], ids=["empty", "no safetensors", "cut short"])
def test_damaged_weights_are_one_line(folder, content):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:100_000] if content is None else content)
    assert "not a causal language model" in refusal(load_model, folder)


def test_a_tensor_that_is_missing_is_named_and_not_filled_with_random_numbers(folder):
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if "v_proj" in name)
    del weights[name]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert f"lack {name}" in refusal(load_model, folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"model_type": "nobody"}', '{"model_type": "t5"}'])
def test_a_faulty_config_is_one_line(folder, text):
    (folder / "config.json").write_text(text)
    assert refusal(load_model, folder)


@pytest.mark.parametrize("text", ["{", "{}", '{"model": 1}'])
def test_a_faulty_tokenizer_is_one_line(folder, text):
    (folder / "tokenizer.json").write_text(text)
    assert "its tokenizer cannot be read" in refusal(load_tokenizer, folder)


def test_a_saved_folder_loads_again_with_the_same_weights_tokens_and_template(folder, tmp_path):
    model, tokenizer = load_model(folder, dtype="float32"), load_tokenizer(folder)
    save(model, tokenizer, tmp_path / "again")
    again, reader = load_model(tmp_path / "again", dtype="float32"), load_tokenizer(tmp_path / "again")
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in model.state_dict().items())
    assert not again.training
    assert (reader.chat_template, reader.eos_token, reader.pad_token) == (
        tokenizer.chat_template,
        tokenizer.eos_token,
        tokenizer.pad_token,
    )
    assert again.config.eos_token_id == again.generation_config.eos_token_id == tokenizer.eos_token_id
    assert again.config.pad_token_id == again.generation_config.pad_token_id == tokenizer.pad_token_id


def test_two_savings_are_the_same_bytes_and_name_no_place_of_this_machine(folder, tmp_path):
    model, tokenizer = load_model(folder, dtype="float32"), load_tokenizer(folder)
    save(model, tokenizer, tmp_path / "one")
    elsewhere = Path(shutil.copytree(tmp_path / "one", tmp_path / "elsewhere"))
    save(load_model(elsewhere, dtype="float32"), load_tokenizer(elsewhere), tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
        assert str(tmp_path).encode() not in path.read_bytes()
