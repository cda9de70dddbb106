"""`python -m stages.problems`."""

from stages.core.stage import main
from stages.problems.run import run

main("problems", run)
