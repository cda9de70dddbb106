"""`python -m stages.difficulty`."""

from stages.core.stage import main
from stages.difficulty.run import run

main("difficulty", run, inputs=("base", "problems"))
