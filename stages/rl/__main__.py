"""`python -m stages.rl`."""

from stages.core.stage import main
from stages.rl.run import run

main("rl", run, inputs=("sft", "environments", "trajectories", "difficulty"))
