"""`python -m stages.merge`."""

from stages.core.stage import main
from stages.merge.run import run

main("merge", run, inputs=("base", "sft", "rl", "environments", "trajectories", "problems"))
