"""The grammar of users' turns: many wordings a verb, each with an id, a third of them never seen in training.

Slots: {noun} {a_noun} {plural} of the table; {label} of a new row; {extras} more values of it; {parent} and {target}
rows named by a person; {field} and {value} of a change or question; {new} name; {parent_noun} {a_parent_noun}
{parent_label} of a new parent. `..._it` verbs point at what the last turn was about, `..._there` at where that stands.
"""

from typing import Literal, NamedTuple

Verb = Literal[
    "create", "create_in", "create_in_it", "create_there", "create_pair", "rename", "rename_it", "set", "set_it", "flag",
    "flag_it", "delete", "delete_it", "read", "read_it", "list_all", "list_in", "list_it", "list_there", "count_all",
    "count_in", "count_it", "count_there",
]  # fmt: skip

_TEXTS: dict[Verb, tuple[str, ...]] = {
    "create": (
        "Create {a_noun} called {label}{extras}.",
        "I need a new {noun} named {label}{extras}.",
        "Please set up {a_noun} by the name of {label}{extras}.",
        "Could you make me {a_noun} called {label}{extras}?",
        "Start a new {noun} and call it {label}{extras}.",
        "Let's have a new {noun}: {label}{extras}.",
        "I'd like to add {a_noun} named {label}{extras}.",
        "We are missing {a_noun} called {label}{extras}. Can you create it?",
        "New {noun}, please: {label}{extras}.",
    ),
    "create_in": (
        "Add {a_noun} called {label} to {parent}{extras}.",
        "Put {a_noun} named {label} in {parent}{extras}.",
        "In {parent}, create {a_noun} called {label}{extras}.",
        "I need a new {noun} {label} in {parent}{extras}.",
        "Could you add the {noun} {label} to {parent}{extras}?",
        "{parent} needs a new {noun} called {label}{extras}.",
        "Please create {a_noun} by the name of {label} under {parent}{extras}.",
        "Open {parent} and make {a_noun} called {label}{extras}.",
        "Can you set up {label} as a new {noun} in {parent}{extras}?",
        "There should be {a_noun} named {label} in {parent}{extras}. Please add it.",
        "For {parent} I want another {noun}, namely {label}{extras}.",
        "Let {parent} have {a_noun} with the name {label}{extras}.",
    ),
    "create_in_it": (
        "Now add {a_noun} called {label} to it{extras}.",
        "Put {a_noun} named {label} in it{extras}.",
        "It needs {a_noun} named {label}{extras}.",
        "Then create the {noun} {label} in it{extras}.",
        "I want it to have {a_noun} called {label}{extras}.",
        "Good. One {noun} for it: {label}{extras}.",
        "Also give it a new {noun} named {label}{extras}.",
    ),
    "create_there": (
        "I also need {a_noun} called {label} in the same place{extras}.",
        "Please create {a_noun} named {label} there{extras}.",
        "The same place needs {a_noun} called {label}{extras}.",
        "Then add {a_noun} {label} there{extras}.",
        "In the same place, set up {a_noun} named {label}{extras}.",
        "And one new {noun} there: {label}{extras}.",
        "Now put {a_noun} called {label} in the same place{extras}.",
    ),
    "create_pair": (
        "Create {a_parent_noun} called {parent_label} and add {a_noun} named {label} to it.",
        "I need a new {parent_noun} {parent_label} with {a_noun} in it called {label}.",
        "Set up {parent_label} as a new {parent_noun}, then put {a_noun} named {label} in it.",
        "Start {a_parent_noun} named {parent_label}. Its first {noun} should be {label}.",
        "Could you make {a_parent_noun} called {parent_label} and create the {noun} {label} inside?",
        "Make me {a_parent_noun} {parent_label} that already has {a_noun} called {label}.",
    ),
    "rename": (
        "Rename {target} to {new}.",
        "{target} should be called {new} from now on.",
        "Please give {target} the new name {new}.",
        "I'd like {target} to be renamed to {new}.",
        "Could you change the name of {target} to {new}?",
        "Let {target} go by the name {new} instead.",
        "The name of {target} is wrong, it should be {new}.",
        "Change what {target} is called to {new}.",
        "We now say {new} for {target}. Please rename it.",
    ),
    "rename_it": (
        "Rename it to {new}.",
        "Actually, call it {new}.",
        "Change its name to {new}.",
        "On second thought, it should be named {new}.",
        "Let's call that one {new} instead.",
        "Hmm, {new} is a better name for it. Please change that.",
    ),
    "set": (
        "Set the {field} of {target} to {value}.",
        "Change the {field} of {target} to {value}.",
        "The {field} of {target} should be {value}.",
        "For {target}, make the {field} {value}.",
        "Please update {target} so that its {field} is {value}.",
        "Put {value} as the {field} of {target}.",
        "Could you switch the {field} of {target} to {value}?",
        "{target} needs {value} as its {field}.",
        "I want {value} for the {field} of {target}.",
        "Give {target} the {field} {value}.",
        "Use {value} as the {field} for {target}.",
        "{target} has the wrong {field}. It has to be {value}.",
    ),
    "set_it": (
        "Set its {field} to {value}.",
        "Also make the {field} {value}.",
        "And its {field} should be {value}.",
        "Give it {value} as the {field}.",
        "Then change its {field} to {value}.",
        "Its {field} has to be {value}, please fix that.",
        "Please also put {value} as the {field}.",
        "Make that one's {field} {value}.",
        "One more thing: the {field} should be {value}.",
    ),
    "flag": (
        "{turn} {field} for {target}.",
        "Please {turn} {field} on {target}.",
        "Could you {turn} {field} for {target}?",
        "For {target}, {turn} {field}.",
        "I want you to {turn} {field} for {target}.",
        "Go to {target} and {turn} {field}.",
    ),
    "flag_it": (
        "{turn} {field} for it.",
        "Also {turn} {field} for that one.",
        "And {turn} {field} there, please.",
    ),
    "delete": (
        "Delete {target}.",
        "Please remove {target}.",
        "I no longer need {target}, so get rid of it.",
        "Can you drop {target}?",
        "{target} can go, please delete it.",
        "Throw away {target}.",
        "Get rid of {target}.",
        "{target} is out of date. Remove it.",
        "We are done with {target}, take it away.",
    ),
    "delete_it": (
        "Delete it.",
        "Actually, remove it.",
        "Please get rid of it.",
        "It is not needed, delete it.",
        "Hmm, you can drop that one.",
        "We don't need it after all, take it away.",
    ),
    "read": (
        "What is the {field} of {target}?",
        "Tell me the {field} of {target}.",
        "Which {field} does {target} have?",
        "Look up the {field} of {target} for me.",
        "I forgot the {field} of {target}. What is it?",
        "Can you check what the {field} of {target} is?",
        "For {target}, tell me the {field}.",
        "I need to know the {field} of {target}.",
        "Find out the {field} of {target}, please.",
    ),
    "read_it": (
        "What is its {field}?",
        "And what about the {field}?",
        "Which {field} does it have?",
        "Tell me its {field} as well.",
        "Can you check its {field} too?",
        "Now I want to know its {field}.",
    ),
    "list_all": (
        "Which {plural} do I have?",
        "List all my {plural}.",
        "Show me my {plural}.",
        "What {plural} are there?",
        "Give me the names of all {plural}.",
        "Go through the {plural} and name them all.",
    ),
    "list_in": (
        "What {plural} are in {parent}?",
        "List the {plural} of {parent}.",
        "Show me every {noun} in {parent}.",
        "Name all {plural} in {parent}.",
        "Which {plural} does {parent} have?",
        "Read me the {plural} in {parent}.",
        "I'd like to see the {plural} that belong to {parent}.",
        "Take a look at {parent}: what {plural} does it hold?",
        "Give me the names of the {plural} under {parent}.",
    ),
    "list_it": (
        "What {plural} are in it now?",
        "List its {plural}.",
        "Which {plural} does it have now?",
        "Show me all its {plural}.",
        "Name all of its {plural} for me.",
        "And which {plural} does it hold?",
    ),
    "list_there": (
        "Which {plural} are there now?",
        "List all the {plural} in there.",
        "So what {plural} does that place have now?",
        "And which {plural} does that make in all?",
        "Show me the {plural} in the same place.",
        "Name every {noun} that is there now.",
    ),
    "count_all": (
        "How many {plural} do I have?",
        "Count my {plural}.",
        "What is the number of {plural} altogether?",
        "Tell me how many {plural} there are.",
        "Do I have many {plural}? Give me the number.",
        "I need the total number of {plural}.",
    ),
    "count_in": (
        "How many {plural} are in {parent}?",
        "Count the {plural} in {parent}.",
        "Tell me how many {plural} {parent} has.",
        "What's the number of {plural} in {parent}?",
        "I need the total number of {plural} under {parent}.",
        "Check {parent} and say how many {plural} it has.",
    ),
    "count_it": (
        "How many {plural} are in it now?",
        "And how many {plural} does it have in total?",
        "Count its {plural} now.",
        "What is the number of {plural} in it?",
        "Tell me how many {plural} it has.",
        "So how many {plural} does it hold?",
    ),
    "count_there": (
        "How many {plural} are there now?",
        "So how many {plural} does that make?",
        "Count the {plural} in the same place.",
        "And how many {plural} is that in total?",
        "Tell me how many {plural} are in there now.",
        "What is the number of {plural} in that place?",
    ),
}


class Template(NamedTuple):
    """A wording. `held` ones serve dev and test alone."""

    id: str
    verb: Verb
    text: str
    held: bool


TEMPLATES: tuple[Template, ...] = tuple(
    Template(f"{verb}.{number}", verb, text, number % 3 == 2)
    for verb, texts in _TEXTS.items()
    for number, text in enumerate(texts)
)


def of(verb: Verb, held: bool) -> list[Template]:
    """The wordings of a verb on one side of the split."""
    return [template for template in TEMPLATES if template.verb == verb and template.held == held]
