"""The large run: its params, what it measures, and its last line."""

import subprocess
import sys
from pathlib import Path

import yaml

from flows.scale import Cost, lay_out, line, main, measured
from stages.core import jsonl
from tests.trajectories.test_dialogues import made

ROOT = Path(__file__).resolve().parents[2]
HOLDS = "held = bytearray(200_000_000); held[::4096] = b'x' * len(held[::4096]); import time; time.sleep(1.5)"


def test_without_a_base_model_it_says_so_in_one_line(tmp_path, capsys):
    assert main(tmp_path, None, None) == 2
    assert "make demo" in capsys.readouterr().err


def test_a_sample_is_the_profile_with_fewer_apis_and_dialogues(tmp_path):
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    (tmp_path / "profiles").symlink_to(ROOT / "profiles")
    lay_out(tmp_path, tmp_path / "all", None, None)
    lay_out(tmp_path, tmp_path / "sample", 3, 50)
    every, few = (yaml.safe_load((tmp_path / name / "params.yaml").read_text("utf-8")) for name in ("all", "sample"))
    assert every["trajectories"]["train_dialogues"] == 10_000
    assert every["environments"]["minimum"]["environments"] >= 300
    assert (few["trajectories"]["train_dialogues"], few["sources"]["explore"]["most"]) == (50, 3)


def test_memory_is_that_of_all_processes_together():
    def two() -> int:
        each = [subprocess.Popen([sys.executable, "-c", HOLDS]) for _ in range(2)]
        return max(process.wait() for process in each)

    cost = measured(two)
    assert cost.code == 0
    assert cost.memory > 350_000_000


def test_the_last_line_counts_what_was_made(tmp_path):
    folder = tmp_path / "data/trajectories"
    folder.mkdir(parents=True)
    jsonl.write(folder / "dialogues.jsonl", made()[:6])
    told = line(tmp_path, Cost(0, 2.0, 1_500_000_000))
    assert told == "dialogues 6 environments 1 seconds 2 each second 3.0 memory 1.50 GB"
