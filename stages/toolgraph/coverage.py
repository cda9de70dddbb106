"""How good chains are: how many can be played, how much of the graph they go through, and how long they are."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from stages.toolgraph.sampler import Plan, Visits, valid


class Coverage:
    """Counts chains of several environments, from the sampler or from the random walk."""

    def __init__(self) -> None:
        self._chains = self._valid = self._tools = self._edges = self._all_tools = self._all_edges = 0
        self._lengths: Counter[int] = Counter()

    def add(self, chains: Sequence[tuple[str, ...]], plan: Plan) -> None:
        """Count one environment's chains. What an invalid chain goes through counts too: it is the walk's best case."""
        seen = Visits()
        for chain in chains:
            seen.add(chain, plan)
            self._lengths[len(chain)] += 1
            self._valid += valid(chain, plan)
        self._chains += len(chains)
        self._tools += len(seen.tools)
        self._edges += len(seen.edges)
        self._all_tools += len(plan.tools)
        self._all_edges += sum(map(len, plan.followers.values()))

    def metrics(self) -> dict[str, Any]:
        """Number, share that can be played, shares of tools and of links between tools, mean length and lengths."""
        total = sum(length * times for length, times in self._lengths.items())
        return {
            "chains": self._chains,
            "valid_rate": round(self._valid / max(1, self._chains), 4),
            "tool_coverage": round(self._tools / max(1, self._all_tools), 4),
            "edge_coverage": round(self._edges / max(1, self._all_edges), 4),
            "mean_tools": round(total / max(1, self._chains), 3),
            "lengths": {str(length): times for length, times in sorted(self._lengths.items())},
        }
