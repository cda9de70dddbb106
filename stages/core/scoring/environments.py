"""Score a model on dialogues: it plays every user turn in the live environment, and all turns must reach their goals."""

from collections.abc import Mapping, Sequence

from stages.core import dialogues as chat
from stages.core.decoding import Decoding
from stages.core.models.encode import encode
from stages.core.records import Dialogue, Environment
from stages.core.rollouts.play import Played, PlaySettings, play
from stages.core.scoring.result import ItemResult


def score(
    model,
    tokenizer,
    dialogues: Sequence[Dialogue],
    environments: Mapping[str, Environment],
    settings: PlaySettings,
    *,
    decoding: Decoding = "free",
    prefix_messages: Sequence[chat.Message] = (),
    stage: str = "scoring",
) -> list[ItemResult]:
    """One result a dialogue, clustered by environment; `detail` is the failed turn's reason."""
    played = play(
        model,
        tokenizer,
        dialogues,
        environments,
        settings,
        decoding=decoding,
        prefix_messages=prefix_messages,
        stage=stage,
    )
    return [
        _result(tokenizer, dialogue, environments[dialogue.environment], item, len(prefix_messages))
        for dialogue, item in zip(dialogues, played, strict=True)
    ]


def _result(tokenizer, dialogue: Dialogue, environment: Environment, played: Played, examples: int) -> ItemResult:
    whole = encode(tokenizer, played.messages, chat.tools(dialogue, environment))
    head = encode(tokenizer, played.messages[: 1 + examples], chat.tools(dialogue, environment))
    new = sum(whole.mask) - sum(head.mask)
    return ItemResult(
        id=dialogue.id,
        cluster=dialogue.environment,
        passed=played.passed,
        detail="" if played.passed else next((turn.reason for turn in played.turns if not turn.passed), "not_played"),
        output=list(played.messages[1 + examples :]),
        prompt_tokens=len(whole.ids) - new,
        new_tokens=new,
    )
