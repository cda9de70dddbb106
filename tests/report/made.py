"""Material for the page, made by hand: the tasks environment, a dialogue that was executed, hostile words throughout."""

from stages.core.engine import Runtime
from stages.core.engine.catalogue import Entry
from stages.core.params.report import Params
from stages.core.records import Call, Dialogue, Goal, Outcome, Rejected, Turn
from stages.core.scoring.result import ItemResult
from stages.report.material import Material, Part
from stages.report.replay import replay
from tests.fixtures.tasks import tasks_environment, tasks_scenario

HOSTILE = "<script src=\"http://evil.example/x.js\">alert('x')</script><img src=x onerror=alert(1)>\u202e{{ 7 * 7 }}"
PARAMS = Params(seed=1, dialogues=10, own=10, reasons=8)
GRAPH = {
    "sources": (),
    "environments": ("sources",),
    "trajectories": ("environments",),
    "report": ("environments", "trajectories"),
}
GATE = {
    "passed": True,
    "checks": {"valid": {"passed": True, "cases": 1234, "detail": "all as the oracle says"}},
    "mutation": {"seeded": 50, "killed": 49, "score": 0.98, "survivors": ["x"]},
}
LENGTHS = {"turns": {"01": 1}, "calls": {"01": 1}, "calls_a_turn": {"01": 1}}
HISTOGRAMS = {"train": LENGTHS, "dev": {"turns": {}, "calls": {}, "calls_a_turn": {}}, "test": LENGTHS}
SCORES = {
    "environments": {
        "base": {"n": 80, "score": 0.0125, "low": 0.0, "high": 0.04, "versus": {}},
        "base_few_shot": {"n": 80, "score": 0.05, "low": 0.01, "high": 0.12, "versus": {}},
        "final": {
            "n": 80,
            "score": 0.4625,
            "low": 0.3511,
            "high": 0.5739,
            "versus": {"base_few_shot": {"difference": 0.4125, "low": 0.301, "high": 0.524, "p": 0.00002}},
        },
    }
}


def environment(hostile: bool = False):
    """The tasks environment; with a hostile title and descriptions when asked for."""
    found = tasks_environment()
    if not hostile:
        return found
    tools = tuple(
        tool.model_copy(update={"description": HOSTILE, "page": "javascript:alert(1)"}) for tool in found.tools
    )
    return found.model_copy(update={"title": HOSTILE, "description": HOSTILE, "tools": tools})


def dialogue(user: str = "Start a list called Garden.", split: str = "train") -> Dialogue:
    """One turn that inserts a task list, executed so that its digests are true."""
    made = environment()
    session = Runtime(made).open(tasks_scenario())
    start = session.digest()
    call = Call(tool="tasklists_insert", arguments={"title": "Garden"})
    result = session.call(call.tool, dict(call.arguments))
    assert result.ok
    turn = Turn(
        user=user,
        calls=(call,),
        outcomes=(Outcome(value=result.value),),
        answer="Done, I added Garden.",
        goal=Goal(digest=session.goal_digest()),
        template="create.1",
    )
    return Dialogue(
        id=f"dialogue-{split}-{len(user)}",
        parents=(),
        environment=made.id,
        split=split,  # type: ignore[arg-type]
        scenario=tasks_scenario(),
        tools=("tasklists_insert", "tasklists_list"),
        turns=(turn,),
        start_digest=start,
        end_digest=session.digest(),
    )


def material(hostile: bool = False, scored: bool = False) -> Material:
    """What a graph of four stages gives; with scores and the model's own words when asked for."""
    made = environment(hostile)
    catalogue = {made.id: Entry(made, (tasks_scenario(),), GATE)}
    words = HOSTILE if hostile else "Start a list called Garden."
    dialogues = (dialogue(words), dialogue(words, "test"))
    environments = {
        "environments": 1,
        "tools": len(made.tools),
        "by_publisher": {"google": 1},
        "by_use": {"train": 1},
        "gate_cases": 1234,
        "mutation": {"seeded": 50, "killed": 49, "score": 0.98},
    }
    parts = {
        "environments": Part(environments, (Rejected(id="bad-api", reason="no_entities", detail=words),)),
        "trajectories": Part(
            {"all": {"dialogues": 2, "cases": {"plain": 2, words: 1}}, "words": words, "histograms": HISTOGRAMS},
            (Rejected(id="d", reason=words, detail=words),),
        ),
    }
    own: tuple[ItemResult, ...] = ()
    if scored:
        parts["scores"] = Part(SCORES)
        call = {"type": "function", "function": {"name": "tasklists_list", "arguments": {"q": words}}}
        output = [
            {"role": "user", "content": words},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": "tasklists_list", "content": '{"error":"NOT_FOUND","message":"none"}'},
            {"role": "assistant", "content": words},
        ]
        own = (
            ItemResult(id=dialogues[1].id, cluster=made.id, passed=False, detail="wrong_state", output=output),
            ItemResult(id="other", cluster=words, passed=True, detail="", output=words),
        )
    return Material(
        graph=GRAPH,
        parts=parts,
        catalogue=catalogue,
        choices={made.id: words},
        dialogues=dialogues,
        replayed=replay(catalogue, dialogues),
        choice=None,
        own=own,
        runs=({"stage": "environments", "started": 1.0, "seconds": 64.6, "cpu_seconds": 1.4, "load": 4.55},),
        machine={"processor": words, "cores": 2, "system": "Linux x86_64", "python": "3.11"},
    )
