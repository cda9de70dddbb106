"""python -m stages.environments"""

from stages.core.stage import main
from stages.environments.run import run

main("environments", run, inputs=("sources",))
