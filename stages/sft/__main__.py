"""`python -m stages.sft`."""

from stages.core.stage import main
from stages.sft.run import run

main("sft", run, inputs=("base", "trajectories", "difficulty"))
