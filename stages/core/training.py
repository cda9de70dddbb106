"""What `sft` and `rl` share: threads and seeds fixed, checkpoints that a kill cannot spoil, one progress line.

Optimiser state lives in the stage's `resume` folder only. A checkpoint counts once its marker file is there, so one
half-written at a kill is thrown away; same params, inputs, code and threads then give the same bytes as without it.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainerCallback, set_seed

from stages.core.progress import bar

MARKER = "complete"


def fix(threads: int, seed: int) -> None:
    """Set torch's threads and every global seed that a library may read."""
    torch.set_num_threads(threads)
    set_seed(seed)


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint in a trainer's output folder; half-written ones are removed."""
    if not folder.is_dir():
        return None
    whole: dict[int, Path] = {}
    for path in folder.glob("checkpoint-*"):
        if (path / MARKER).is_file():
            whole[int(path.name.rsplit("-", 1)[1])] = path
        else:
            shutil.rmtree(path)
    return whole[max(whole)] if whole else None


def save_checkpoint(trainer: Trainer, model: Any, trial: Any, keep: int) -> None:
    """Save the trainer's whole state (weights, optimiser, schedule, random state) and mark it, then drop older ones.

    Calls transformers' own method, since TRL's adds a model card.
    """
    Trainer._save_checkpoint(trainer, model, trial)
    folder = Path(str(trainer.args.output_dir))
    (folder / f"checkpoint-{trainer.state.global_step}" / MARKER).write_text("", "utf-8")
    done = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rsplit("-", 1)[1]))
    for path in done[:-keep]:
        shutil.rmtree(path)


def place(source: Path, target: Path) -> None:
    """Put a finished folder's files under `target` too, by hard link where the file system can."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        try:
            os.link(path, target / path.name)
        except OSError:
            shutil.copyfile(path, target / path.name)


class Line(TrainerCallback):
    """The stage's progress line, in place of the trainer's own printing."""

    def __init__(self, stage: str, step: str) -> None:
        self._names = (stage, step)
        self._bar: tqdm | None = None

    def on_train_begin(self, args, state, control, **kwargs) -> None:
        self._bar = bar(*self._names, total=state.max_steps, unit="step")
        self._bar.update(state.global_step)

    def on_step_end(self, args, state, control, **kwargs) -> None:
        if self._bar is not None:
            self._bar.update(state.global_step - self._bar.n)

    def on_train_end(self, args, state, control, **kwargs) -> None:
        if self._bar is not None:
            self._bar.close()


class SaveAt(TrainerCallback):
    """Asks for a checkpoint at the given steps."""

    def __init__(self, steps: list[int]) -> None:
        self._steps = frozenset(steps)

    def on_step_end(self, args, state, control, **kwargs):
        control.should_save = state.global_step in self._steps
        return control


def quiet(trainer: Trainer, line: Line) -> None:
    """Replace the trainer's printing by our one line."""
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    trainer.add_callback(line)
