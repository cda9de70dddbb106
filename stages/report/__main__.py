"""`python -m stages.report`."""

from pathlib import Path

from stages.core.stage import main
from stages.report.run import declared, run

main("report", run, inputs=declared(Path("dvc.yaml")))
