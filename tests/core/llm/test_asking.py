"""A stage's questions: weights are named by content, what is known needs nobody, exported answers can be taken in."""

import json
import shutil
from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.llm.__main__ import main
from stages.core.llm.asking import PLACE, Asking
from stages.core.params.llm import Local
from tests.core.llm.server import Server, good
from tests.core.llm.test_client import endpoint, request

LOCAL = Local(method="local", batch_size=2, threads=1)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies under the folder that a run starts in."""
    monkeypatch.chdir(tmp_path)


def test_local_weights_are_named_by_their_bytes_and_not_by_their_place():
    for name, text in (("one", "weights"), ("two", "weights"), ("three", "other weights")):
        Path(name).mkdir()
        (Path(name) / "model.safetensors").write_text(text)
    names = []
    for name in ("one", "two", "three"):
        with Asking(LOCAL, Path(name), stage="t") as asking:
            names.append(asking.model)
    assert names[0] == names[1] != names[2]
    with pytest.raises(UserError, match="no model folder"):
        Asking(LOCAL, Path("none"), stage="t")


def test_a_local_answer_in_the_cache_needs_no_model(pico_model_folder: Path):
    Path("model").mkdir()
    for path in pico_model_folder.iterdir():
        shutil.copy(path, Path("model") / path.name)
    with Asking(LOCAL, Path("model"), stage="t") as asking:
        asked = request(max_tokens=4).model_copy(update={"model": asking.model})
        first = asking.ask([asked])
        shutil.rmtree("model")
        assert asking.ask([asked]) == first
        assert asking.metrics()["answered"] == 1 and asking.spent()["llm_calls"] == 0


def test_exported_answers_are_taken_into_a_fresh_clone(capsys: pytest.CaptureFixture):
    with Server(lambda body, _: good(body)) as server:
        with Asking(endpoint(server.url), Path("none"), stage="t") as asking:
            first = asking.ask([request("a"), request("b")])
            assert asking.export(Path("llm.jsonl")) == 2
        shutil.rmtree(PLACE.parent)
        assert main(["llm.jsonl"]) == 0 and "2 answers" in capsys.readouterr().out
        with Asking(endpoint(server.url), Path("none"), stage="t") as asking:
            assert asking.ask([request("a"), request("b")]) == first
        assert len(server.seen) == 2


@pytest.mark.parametrize("paths", [[], ["nowhere.jsonl"], ["broken.jsonl"]])
def test_a_file_that_cannot_be_taken_in_is_one_line(paths: list[str], capsys: pytest.CaptureFixture):
    Path("broken.jsonl").write_text(json.dumps({"request": 1}) + "\n")
    assert main(paths) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_one_question_left_over_that_times_out_says_so():
    """Eight answers in the cache do not hide that the endpoint is gone."""
    asked = [request(str(number)) for number in range(9)]
    with Server(lambda body, _: good(body)) as server, Asking(endpoint(server.url), Path("none"), stage="t") as asking:
        asking.ask(asked[:8])
    gone = endpoint("http://127.0.0.1:9/v1", attempts=1)
    with Asking(gone, Path("none"), stage="t") as asking, pytest.raises(UserError, match="1 of 1 requests"):
        asking.ask(asked)
