"""Fixtures every builder shares: the real tokenizer and a pico model folder around it."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # no test depends on wall time
settings.load_profile("house")


@pytest.fixture(scope="session")
def pico_model_folder() -> Path:
    """A model folder with random weights; never write into it."""
    from tests.fixtures import pico

    return pico.folder()


@pytest.fixture(scope="session")
def tokenizer(pico_model_folder):
    """SmolLM2's tokenizer with our chat template; never change it."""
    from stages.core.models.folder import load_tokenizer

    return load_tokenizer(pico_model_folder)


@pytest.fixture
def pico_model(pico_model_folder):
    """The pico model in float32, fresh for each test."""
    from stages.core.models.folder import load_model

    return load_model(pico_model_folder, dtype="float32")
