"""`python -m stages.sources`."""

from stages.core.stage import main
from stages.sources.run import run

main("sources", run)
