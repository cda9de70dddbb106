"""Tool calls against accepted values, by BFCL's semantics."""

import pytest

from stages.core.models.calls import parse
from stages.core.records import Call, CallItem
from stages.core.verifiers.tool_call import matches, verify

TOOL = {
    "name": "book",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "price": {"type": "number"},
            "nights": {"type": "integer"},
            "unit": {"type": "string", "default": "EUR"},
            "interval": {"type": "array", "items": {"type": "integer"}},
            "filters": {"type": "object"},
            "note": {"type": "string"},
            "function": {"type": "string"},
        },
        "required": ["city"],
    },
}


def item(**accepted) -> CallItem:
    accepted = {"city": ("New York, NY", "NYC"), **accepted}
    return CallItem(
        id="i",
        user="",
        tools=(TOOL,),
        gold=(Call(tool="book", arguments={"city": "NYC"}),),
        accepted=(accepted,),
        split="test",
    )


def judge(wanted: CallItem, **arguments) -> str:
    verdict = verify([Call(tool="book", arguments={"city": "new york ny", **arguments})], wanted)
    assert verdict.passed is (verdict.reason == "")
    return verdict.reason


def test_strings_ignore_case_spaces_and_punctuation():
    assert judge(item()) == ""
    assert judge(item(), city="New Jersey") == "wrong_value"


def test_an_int_serves_for_a_float_and_a_float_never_for_an_int():
    assert judge(item(price=(5.0,)), price=5) == ""
    assert judge(item(nights=(5,)), nights=5.0) == "wrong_type"
    assert judge(item(nights=(1,)), nights=True) == "wrong_type"
    assert judge(item(price=(5.0,)), price="5.0") == "wrong_type"


def test_empty_among_the_accepted_values_means_optional():
    assert judge(item(note=("hi", ""))) == ""
    assert judge(item(note=("hi",))) == "missing_argument"


def test_an_invented_argument_fails():
    """tinker-cookbook#937."""
    assert judge(item(), note="hello") == "extra_argument"
    assert judge(item(), colour="red") == "unknown_argument"


def test_saying_the_schemas_default_is_as_good_as_leaving_it_out():
    """PostTrainBench#63."""
    assert judge(item(), unit="EUR") == ""
    assert judge(item(), unit="USD") == "extra_argument"
    assert judge(item(unit=("EUR",))) == ""
    assert judge(item(unit=("USD",)), unit="EUR") == "wrong_value"


def test_lists_are_compared_whole_and_a_property_may_be_named_function():
    """cactus#595."""
    assert judge(item(interval=([1, 3],)), interval=[1, 3]) == ""
    assert judge(item(interval=([1, 3],)), interval=[1]) == "wrong_value"
    assert judge(item(interval=([1, 3],)), interval=["1", "3"]) == "wrong_type"
    assert judge(item(function=("x^2",)), function="x^2") == ""


def test_a_dict_matches_key_by_key_against_lists_of_accepted_values():
    wanted = {"bedrooms": [2, 3], "view": ["sea", ""]}
    assert matches({"bedrooms": 3}, wanted)
    assert matches({"bedrooms": 2, "view": "Sea"}, wanted)
    assert not matches({"view": "sea"}, wanted)
    assert not matches({"bedrooms": 2, "pool": True}, wanted)


def test_an_extra_call_a_missing_call_and_an_unreadable_call_fail():
    """ragas#1893, gorilla#1362."""
    right = Call(tool="book", arguments={"city": "NYC"})
    assert verify([right], item()).passed
    assert verify([right, right], item()).reason == "wrong_count"
    assert verify([], item()).reason == "no_call"
    parsed = parse('<tool_call>{"name": "book", "arguments": {')
    assert verify(parsed.calls, item(), parsed.error).reason == "unparsable"
    nothing = CallItem(id="n", user="", tools=(TOOL,), gold=(), split="test")
    assert verify([], nothing).passed
    assert not verify((), nothing, parsed.error).passed


def test_several_gold_calls_match_in_any_order():
    calls = [Call(tool="book", arguments={"city": city}) for city in ("Rome", "Oslo")]
    wanted = CallItem(id="m", user="", tools=(TOOL,), gold=tuple(calls), split="test")
    assert verify(calls[::-1], wanted).passed
    assert not verify([calls[0], calls[0]], wanted).passed


@pytest.mark.parametrize("name", ["book_it", "Book", "__import__('os').system"])
def test_another_tool_fails(name):
    """mlcommons/endpoints#391: a name is only ever compared."""
    assert verify([Call(tool=name, arguments={"city": "NYC"})], item()).reason == "wrong_tool"
