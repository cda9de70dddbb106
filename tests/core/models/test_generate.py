"""Conversations: the same words as each row alone, over turns, and under a grammar."""

import torch

from stages.core.models.calls import parse
from stages.core.models.generate import Conversations
from stages.core.models.grammar import call_grammar

PROMPTS = ("Hello there, how are", "One", "A longer prompt with some more words in it than the others have")
MORE = (" and then", " so what follows is longer", " x")


def alone(model, ids: list[int], count: int, end: int) -> list[int]:
    said: list[int] = []
    with torch.inference_mode():
        while len(said) < count and (not said or said[-1] != end):
            said.append(int(model(torch.tensor([ids + said])).logits[0, -1].argmax()))
    return said


def test_every_row_says_what_it_would_say_alone_also_after_more_was_appended(pico_model, tokenizer):
    prompts = [tokenizer(text)["input_ids"] for text in PROMPTS]
    talk = Conversations(pico_model, tokenizer)
    talk.start(prompts)
    first = talk.complete([True, True, True], 6)
    more = [tokenizer(text)["input_ids"] for text in MORE]
    talk.extend(more)
    second = talk.complete([True, False, True], 5)
    third = talk.complete([False, True, False], 5)
    for row, prompt in enumerate(prompts):
        expected = alone(pico_model, prompt, 6, tokenizer.eos_token_id)
        assert first[row].ids == expected
        later = alone(pico_model, prompt + expected + more[row], 5, tokenizer.eos_token_id)
        spoken = (third if row == 1 else second)[row].ids
        assert spoken == later
        assert talk.ids(row) == prompt + expected + more[row] + later


def test_sampling_repeats_with_the_same_generator(pico_model, tokenizer):
    prompts = [tokenizer(text)["input_ids"] for text in PROMPTS]
    runs = []
    for _ in range(2):
        talk = Conversations(pico_model, tokenizer)
        talk.start(prompts)
        draw = torch.Generator().manual_seed(3)
        runs.append([one.ids for one in talk.complete([True] * 3, 8, temperature=1.0, generator=draw)])
    assert runs[0] == runs[1]


def test_logprobs_are_those_of_a_full_pass(pico_model, tokenizer):
    prompt = tokenizer(PROMPTS[0])["input_ids"]
    talk = Conversations(pico_model, tokenizer)
    talk.start([prompt])
    said = talk.complete([True], 5)[0]
    with torch.inference_mode():
        scores = torch.log_softmax(pico_model(torch.tensor([prompt + said.ids])).logits[0].float(), -1)
    for place, token in enumerate(said.ids):
        assert abs(float(scores[len(prompt) + place - 1, token]) - said.logprobs[place]) < 1e-4


def test_a_grammar_forces_one_valid_call_even_from_a_model_that_knows_nothing(pico_model, tokenizer):
    tool = {
        "name": "paint",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {"colour": {"enum": ["red", "blue"]}},
            "required": ["colour"],
            "additionalProperties": False,
        },
    }
    talk = Conversations(pico_model, tokenizer)
    talk.start([tokenizer(text)["input_ids"] for text in PROMPTS])
    grammar = call_grammar(tokenizer, [tool])
    for said in talk.complete([True] * 3, 64, grammars=[grammar] * 3):
        found = parse(said.text)
        assert said.stopped and found.error is None
        assert found.calls[0].tool == "paint" and found.calls[0].arguments["colour"] in ("red", "blue")
