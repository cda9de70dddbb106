"""Model folders: safetensors and a tokenizer, loaded from disk alone, no remote code.

bfloat16 for prompts and training, float32 where the machine decodes faster so; the caller chooses.
"""

import os
from pathlib import Path
from typing import Any, Literal

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before transformers: nothing here may ask a network

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from stages.core.errors import UserError

DType = Literal["bfloat16", "float32"]
UNSAFE = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")


def load_model(path: Path | str, *, dtype: DType = "bfloat16", threads: int | None = None) -> Any:
    """The folder's causal language model in eval mode, on the GPU if there is one. Raises UserError.

    `threads` sets torch's own; None leaves them.
    """
    where = inspect(path)
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            str(where),
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise UserError(str(where), f"not a causal language model ({_line(error)})") from None
    model, told = loaded
    if missing := sorted(told["missing_keys"]):
        # transformers fills the gap with random numbers and only warns. A tied lm_head does not count as missing.
        raise UserError(str(where), f"its safetensors lack {missing[0]} ({len(missing)} tensors in all)")
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def load_tokenizer(path: Path | str) -> Any:
    """The folder's tokenizer. Raises UserError."""
    where = inspect(path)
    try:
        return AutoTokenizer.from_pretrained(str(where), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # the tokenizers package raises bare Exception for a file it cannot read
        raise UserError(str(where), f"its tokenizer cannot be read ({_line(error)})") from None


def inspect(path: Path | str) -> Path:
    """Check that a folder holds what it must and nothing that runs. Raises UserError naming the file that is missing."""
    where = Path(path)
    if not where.is_dir():
        raise UserError(str(where), "no such model folder")
    if not (where / "config.json").is_file():
        raise UserError(str(where), "config.json is missing: not a model folder")
    if not list(where.glob("*.safetensors")):
        seen = [file.name for pattern in UNSAFE for file in where.glob(pattern)]
        held = f"; {seen[0]} is not read, since pickled weights can run code" if seen else ""
        raise UserError(str(where), f"no *.safetensors{held}")
    if not (where / "tokenizer.json").is_file():
        raise UserError(str(where), "tokenizer.json is missing: a model folder needs its tokenizer")
    try:
        config = AutoConfig.from_pretrained(str(where), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{where}/config.json", _line(error)) from None
    if getattr(config, "auto_map", None):
        raise UserError(f"{where}/config.json: auto_map", "it asks for code of its own, which is not run")
    return where


def save(model: Any, tokenizer: Any, path: Path | str) -> None:
    """Write weights (safetensors, one file up to 5 GB), config, tokenizer and template. The bytes depend on content alone."""
    model.config.name_or_path = ""
    model.config.pad_token_id = tokenizer.pad_token_id
    model.config.eos_token_id = tokenizer.eos_token_id
    if model.generation_config is not None:
        model.generation_config.pad_token_id = tokenizer.pad_token_id
        model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(str(path))
    tokenizer.save_pretrained(str(path))


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
