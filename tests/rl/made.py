"""A tiny RL world: two dialogue turns on the tasks environment, two problems, params, and a policy that knows a little."""

from collections.abc import Sequence
from typing import Any

import torch

from stages.core import dialogues as chat
from stages.core.engine import Runtime
from stages.core.models.encode import encode
from stages.core.params.rl import Params
from stages.core.records import Call, Dialogue, Goal, Outcome, Problem, RlRow, Turn
from stages.rl.prompts import Prompt, prepare
from tests.fixtures import tasks

ENVIRONMENT = tasks.tasks_environment()
CALLS = (
    Call(tool="tasklists_insert", arguments={"title": "Garden"}),
    Call(tool="tasklists_insert", arguments={"title": "Shed"}),
)
ANSWER = "Done."


def params(**changes: Any) -> Params:
    """Small and exact; changes are not held to the bounds (a pico model needs a higher rate)."""
    made = Params.model_validate(
        {
            "seed": 5,
            "threads": 1,
            "precision": "float32",
            "start": "sft",
            "steps": 3,
            "updates": 1,
            "groups": 2,
            "group_size": 4,
            "problem_share": 0.5,
            "max_prompt": 400,
            "max_length": 600,
            "max_new_tokens": 12,
            "max_calls_per_turn": 3,
            "temperature": 1.0,
            "learning_rate": 1e-5,
            "weight_decay": 0.0,
            "max_grad_norm": 1.0,
            "save_every": 1,
            "kl_every": 1,
            "reward": {"method": "goal", "valid": 0.1, "length": 0.1},
            "algorithm": {
                "method": "grpo",
                "clip_low": 0.2,
                "clip_high": 0.2,
                "std_floor": 0.1,
                "mean": "token",
                "beta": 0.0,
            },
            "selection": {"method": "uniform"},
        }
    )
    return made.model_copy(update=changes)


def algorithm(**changes: Any):
    """The params' algorithm with changes."""
    return params().algorithm.model_copy(update=changes)


def dialogue() -> Dialogue:
    """Two turns, a call and a word each."""
    session = Runtime(ENVIRONMENT).open(tasks.tasks_scenario())
    start, turns = session.digest(), []
    for call in CALLS:
        result = session.call(call.tool, dict(call.arguments))
        turns.append(
            Turn(
                user=f"Make a list called {call.arguments['title']}.",
                calls=(call,),
                outcomes=(Outcome(value=result.value),),
                answer=ANSWER,
                goal=Goal(digest=session.goal_digest()),
            )
        )
    return Dialogue(
        id="dialogue-made",
        parents=(),
        environment=ENVIRONMENT.id,
        split="train",
        scenario=tasks.tasks_scenario(),
        tools=("tasklists_insert",),
        turns=tuple(turns),
        start_digest=start,
        end_digest=session.digest(),
    )


def turn_row(number: int, **changes: Any) -> RlRow:
    """The RL row of one turn."""
    made = dialogue()
    row = RlRow(
        id=f"rl-turn-{number}",
        parents=(made.id,),
        source="dialogue",
        split="train",
        prompt=tuple(chat.prompt(made, ENVIRONMENT, number)),
        tools=tuple(chat.tools(made, ENVIRONMENT)),
        dialogue=made.id,
        turn=number,
    )
    return row.model_copy(update=changes)


def problem_row(name: str = "a", answer: str = "7") -> RlRow:
    """A question with a number for its answer."""
    question = f"Say digit {name}."
    problem = Problem(
        id=f"problem-{name}", family="toy", question=question, answer=answer, verifier="number", split="train"
    )
    prompt: tuple[chat.Message, ...] = ({"role": "user", "content": question},)
    return RlRow(
        id=f"rl-{name}", parents=(problem.id,), source="problem", split="train", prompt=prompt, problem=problem
    )


def prompts(tokenizer: Any, rows: list[RlRow], settings: Params) -> list[Prompt]:
    """The rows as prompts; none may be broken."""
    found = prepare(rows, {"dialogue-made": dialogue()}, {ENVIRONMENT.id: ENVIRONMENT}, tokenizer, settings)
    assert not found.rejected
    return found.usable


def taught(model: Any, tokenizer: Any, said: Sequence[tuple[RlRow, tuple[chat.Message, ...]]], steps: int = 40) -> Any:
    """The pico model after a few steps on replies, so that it says each about as often as it is given."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        rows = [encode(tokenizer, [*row.prompt, *reply], row.tools) for row, reply in said]
        for _ in range(steps):
            loss = torch.zeros(())
            for ids, mask in rows:
                labels = torch.tensor([token if bit else -100 for token, bit in zip(ids, mask, strict=True)])
                loss = loss + model(torch.tensor([ids]), labels=labels[None]).loss / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def text(content: str) -> tuple[chat.Message, ...]:
    """A reply in words."""
    return ({"role": "assistant", "content": content},)


def called(number: int) -> tuple[chat.Message, ...]:
    """The reference's call of a turn, its result, and the closing word."""
    turn = dialogue().turns[number]
    return (
        chat.call_message(turn.calls[0]),
        chat.tool_message(turn.calls[0], turn.outcomes[0]),
        {"role": "assistant", "content": turn.answer},
    )
