"""Sentence folders: what their own files say is what is done, and what is not done here is refused by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from stages.core.errors import UserError
from stages.core.models.embed import MODEL, embed, reading

ROOT = Path(__file__).resolve().parents[3]
TEXTS = ["name of the task list", "due date of a task", "title"]
POOLING = {"word_embedding_dimension": 384, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False,
           "pooling_mode_max_tokens": False, "include_prompt": True}  # fmt: skip


def folder(root: Path, pooling: str, *further: str, length: int | None = None) -> Path:
    """A sentence-transformers folder around the packaged model."""
    kinds = ["Transformer", "Pooling", *further]
    modules = [
        {
            "idx": n,
            "name": str(n),
            "path": "" if n == 0 else f"{n}_{kind}",
            "type": f"sentence_transformers.models.{kind}",
        }
        for n, kind in enumerate(kinds)
    ]
    shutil.copytree(ROOT / MODEL, root)
    (root / "modules.json").write_text(json.dumps(modules))
    (root / "1_Pooling").mkdir(exist_ok=True)
    (root / "1_Pooling/config.json").write_text(json.dumps({**POOLING, pooling: True}))
    if length:
        (root / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": length}))
    return root


def test_a_folder_that_pools_by_mean_gives_what_the_packaged_model_gives(tmp_path: Path) -> None:
    found = embed(TEXTS, folder(tmp_path / "m", "pooling_mode_mean_tokens", "Normalize"))
    assert np.array_equal(found, embed(TEXTS, ROOT / MODEL))


@pytest.mark.parametrize("pooling", ["pooling_mode_cls_token", "pooling_mode_max_tokens"])
def test_other_poolings_give_other_vectors_of_length_one_whatever_stands_beside_them(
    tmp_path: Path, pooling: str
) -> None:
    place = folder(tmp_path / "m", pooling)
    found = embed(TEXTS, place)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert not np.allclose(found, embed(TEXTS, ROOT / MODEL), atol=1e-2)
    # Padding is no token: a text alone has the vector that it has beside longer ones.
    assert np.allclose(embed(TEXTS[2:], place), found[2:], atol=1e-5)


def test_a_folder_says_how_much_of_a_text_is_read(tmp_path: Path) -> None:
    assert reading(folder(tmp_path / "m", "pooling_mode_mean_tokens", length=8)).tokens == 8


def test_what_is_not_done_here_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="found Dense"):
        reading(folder(tmp_path / "a", "pooling_mode_mean_tokens", "Dense"))
    with pytest.raises(UserError, match="pooling_mode_weightedmean_tokens"):
        reading(folder(tmp_path / "b", "pooling_mode_weightedmean_tokens"))
    with pytest.raises(UserError, match="no sentence model here"):
        reading(tmp_path / "nowhere")
    (tmp_path / "a" / "modules.json").write_text("{")
    with pytest.raises(UserError, match="expected JSON that is a list"):
        reading(tmp_path / "a")
