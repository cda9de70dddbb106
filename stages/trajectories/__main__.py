"""`python -m stages.trajectories`."""

from stages.core.stage import main
from stages.trajectories.run import run

main("trajectories", run, inputs=("sources", "base", "environments", "toolgraph"))
