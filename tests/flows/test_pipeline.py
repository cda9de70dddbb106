"""The pipeline as a user starts it, in a project of four tiny stages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DVC_YAML = """
stages:
  first:
    cmd: python step.py first
    params: [first]
    outs: [data/first]
  left:
    cmd: python step.py left data/first
    deps: [data/first]
    params: [left]
    outs: [data/left]
  right:
    cmd: python step.py right data/first
    deps: [data/first]
    params: [right]
    outs: [data/right]
  last:
    cmd: python step.py last data/left data/right
    deps: [data/left, data/right]
    params: [last]
    outs: [data/last]
"""
STEP = """
import json, pathlib, re, sys
name, *inputs = sys.argv[1:]
value = re.search(rf"^{name}: (\\S+)", pathlib.Path("params.yaml").read_text(), re.M)[1]
if value == "broken":
    sys.exit(f"{name}: params.yaml: {name}: expected anything but broken") or 2
out = pathlib.Path("data", name)
out.mkdir(parents=True)
read = "".join(pathlib.Path(i, "value").read_text() for i in inputs)
(out / "value").write_text(f"{name}={value};" + read)
(out / "metrics.json").write_text(json.dumps({"length": len(read)}))
with open(f"{name}.ran", "a") as ran:
    ran.write("x")
"""
PARAMS = "execution:\n  slots: 2\n  weights: {}\n  server_timeout: 180\nfirst: 1\nleft: 1\nright: 1\nlast: 1\n"


def pipeline(folder: Path) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT")}
    return subprocess.run(
        [sys.executable, "-m", "flows.pipeline", "last"],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "DVC_NO_ANALYTICS": "1"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def runs(folder: Path) -> dict[str, int]:
    return {path.stem: len(path.read_text()) for path in folder.glob("*.ran")}


@pytest.mark.slow
def test_only_what_is_stale_runs_and_dvc_repro_then_has_nothing_to_do(tmp_path):
    (tmp_path / "dvc.yaml").write_text(DVC_YAML)
    (tmp_path / "step.py").write_text(STEP)
    (tmp_path / "params.yaml").write_text(PARAMS)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q", "--no-scm"], cwd=tmp_path, check=True)
    first = pipeline(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert (tmp_path / "data/last/value").read_text() == "last=1;left=1;first=1;right=1;first=1;"
    assert "min left" in first.stdout

    again = pipeline(tmp_path)
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    plain = subprocess.run(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "up to date" in plain.stdout
    assert runs(tmp_path) == {"first": 1, "left": 1, "right": 1, "last": 1}

    (tmp_path / "params.yaml").write_text(PARAMS.replace("left: 1", "left: 2"))
    changed = pipeline(tmp_path)
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert runs(tmp_path) == {"first": 1, "left": 2, "right": 1, "last": 2}

    (tmp_path / "params.yaml").write_text(PARAMS.replace("right: 1", "right: broken"))
    broken = pipeline(tmp_path)
    assert broken.returncode == 2
    assert "right: params.yaml: right: expected anything but broken" in broken.stderr
    assert "Traceback" not in broken.stderr
