"""Merge model folders tensor by tensor: at no time is more than one tensor of each model in memory.

Shards are read with `safe_open` and the result is written as one safetensors file, header first, then each tensor's
bytes in order. A tied `lm_head.weight` that a file leaves out is the embedding (mergekit#350); folders that disagree in
names, shapes or vocabulary are refused, never cut (mergekit#425, #47, #139); no tensor is left out (#569).
"""

import json
import shutil
import struct
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import torch
from safetensors import safe_open

from stages.core.errors import UserError

HEAD, EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"
NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.float64: "F64"}

Combine = Callable[[Sequence[torch.Tensor]], torch.Tensor]


class Weights:
    """The tensors of one model folder, opened lazily."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._files = {}
        for path in sorted(folder.glob("*.safetensors")):
            file = stack.enter_context(safe_open(str(path), "pt"))
            self._files.update(dict.fromkeys(file.keys(), file))
        if not self._files:
            raise UserError(str(folder), "no *.safetensors to merge")
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.tied = bool(config.get("tie_word_embeddings")) and EMBEDDING in self._files

    @property
    def names(self) -> set[str]:
        """Names of the tensors; a tied head is not one of them."""
        return set(self._files) - ({HEAD} if self.tied else set())

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a tensor, without reading it."""
        return tuple(self._files[name].get_slice(name).get_shape())

    def tensor(self, name: str) -> torch.Tensor:
        """Read one tensor."""
        return self._files[name].get_tensor(name)

    def dtype(self, name: str) -> torch.dtype:
        """Type of a tensor, without reading it."""
        stored = self._files[name].get_slice(name).get_dtype()
        found = next((dtype for dtype, text in NAMES.items() if text == stored), None)
        if found is None:
            raise UserError(f"{self.folder}: {name}", f"weights of type {stored} cannot be averaged")
        return found


def merge(sources: Sequence[Path], target: Path, combine: Combine) -> None:
    """Write the model folder `target`: config and tokenizer of the first source, each tensor `combine` of all sources'.

    Raises:
        UserError: names the folder and tensor where the sources differ in shape.
    """
    target.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        models = [Weights(source, stack) for source in sources]
        first = models[0]
        for other in models[1:]:
            _alike(first, other)
        names = sorted(first.names)
        header: dict[str, dict] = {"__metadata__": {"format": "pt"}}
        place = 0
        for name in names:
            kind, shape = first.dtype(name), first.shape(name)
            size = torch.empty(0, dtype=kind).element_size() * torch.Size(shape).numel()
            header[name] = {"dtype": NAMES[kind], "shape": list(shape), "data_offsets": [place, place + size]}
            place += size
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with (target / "model.safetensors").open("wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for name in names:
                merged = combine([model.tensor(name) for model in models]).contiguous()
                out.write(merged.view(torch.uint8).numpy().tobytes() if merged.dim() else merged.numpy().tobytes())
    for path in sorted(sources[0].iterdir()):
        if path.is_file() and not path.name.endswith((".safetensors", ".safetensors.index.json", ".parquet")):
            shutil.copyfile(path, target / path.name)


def _alike(first: Weights, other: Weights) -> None:
    where = str(other.folder)
    if first.tied != other.tied:
        raise UserError(
            where, f"its lm_head is {'' if other.tied else 'not '}tied to the embedding, {first.folder}'s is"
        )
    odd = sorted(first.names ^ other.names)
    if odd:
        raise UserError(f"{where}: {odd[0]}", f"this tensor stands in only one of it and {first.folder}")
    for name in sorted(first.names):
        mine, theirs = first.shape(name), other.shape(name)
        if mine != theirs:
            what = "vocabularies differ" if name in (EMBEDDING, HEAD) else "shapes differ"
            raise UserError(f"{where}: {name}", f"{what}: {list(theirs)} against {list(mine)} in {first.folder}")
