"""YAML as JSON's values, by the safe loader with YAML 1.2's core schema, which OpenAPI asks for.

So `1e-5` is a number and `2020-01-01`, `no`, `on`, `12:30` are text; keys are text too (`200:` is `"200"`), each once a
mapping. Aliases and `<<` are followed as long as what they stand for stays small. Tags of other kinds of value are refused.
"""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from stages.sources.limits import ALIASED

_TAG = "tag:yaml.org,2002:"
_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    ("merge", r"<<", ["<"]),
)
_OPEN = -1


class _Loader(yaml.SafeLoader):
    """SafeLoader without its YAML 1.1 scalars, and without the types that JSON does not know."""

    yaml_implicit_resolvers: dict[Any, Any] = {}
    yaml_constructors: dict[Any, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}

    def construct_yaml_bool(self, node: yaml.ScalarNode) -> bool:
        return node.value.lower() == "true"

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        return int(node.value, 0) if node.value[:2] in ("0o", "0x") else int(node.value)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


for _name, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), _first)
for _name in ("null", "bool", "int", "float", "str", "seq", "map"):
    _Loader.add_constructor(_TAG + _name, getattr(_Loader, f"construct_yaml_{_name}"))
_Loader.add_constructor(None, yaml.SafeLoader.construct_undefined)  # type: ignore[arg-type]


def load(text: str) -> Any:
    """The value of the one document in `text`; None where there is none. Raises yaml.YAMLError, ValueError, RecursionError.

    What aliases stand for is counted before anything is made of it, so a bomb costs what its few lines cost.
    """
    loader = _Loader(text)  # a control character is refused here already
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        sizes: dict[int, int] = {}
        if _size(node, sizes) - len(sizes) > ALIASED:
            raise ComposerError(None, None, f"aliases stand for more than {ALIASED} values", node.start_mark)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Values in a node, with every alias written out. `sizes` takes each node's own; raises for a bad key or a ring."""
    known = sizes.get(id(node))
    if known == _OPEN:
        raise ComposerError(None, None, "an alias stands inside what it stands for", node.start_mark)
    if known is not None:
        return known
    sizes[id(node)] = _OPEN
    inner = node.value if isinstance(node, yaml.SequenceNode) else ()
    if isinstance(node, yaml.MappingNode):
        _keys(node)
        inner = [value for _, value in node.value]
    sizes[id(node)] = 1 + sum(_size(value, sizes) for value in inner)
    return sizes[id(node)]


def _keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key must be text", key.start_mark)
        if key.value in seen:
            raise ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
        seen.add(key.value)
