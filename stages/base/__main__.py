"""`python -m stages.base`."""

from stages.base.run import run
from stages.core.stage import main

main("base", run)
