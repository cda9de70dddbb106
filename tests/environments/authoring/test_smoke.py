"""The embedded model as the author, over HTTP: it cannot write an environment, and says so by a rejection and nothing else."""

import pytest

from stages.environments.authoring import author
from tests.core.llm.test_serve import served as served
from tests.environments.authoring.test_author import PARAMS, llm


@pytest.mark.slow
def test_a_model_too_small_for_it_is_given_up_at_the_first_step(served, pico_model_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = {"model": str(pico_model_folder), "timeout": 120.0}
    settings = llm(served, engine, max_new_tokens=256, structured=False, temperature=0.0)
    found = author.run(author.tasks(settings, [], PARAMS), settings, PARAMS, tmp_path)
    assert (found.built, [one.reason for one in found.rejected]) == ([], ["author_propose"])
    assert found.metrics["answered"] == settings.attempts and found.metrics["failed"] == {}
