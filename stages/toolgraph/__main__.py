"""`python -m stages.toolgraph`."""

from stages.core.stage import main
from stages.toolgraph.run import run

main("toolgraph", run, inputs=("environments",))
