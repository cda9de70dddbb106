"""The page needs nothing but itself, obeys nobody's text, and shows the numbers it was given."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stages.report.headline import limits
from stages.report.material import STAGES, Part, Replayed
from stages.report.page import page
from stages.report.reasons import WORDS
from tests.report.made import HOSTILE, PARAMS, material

ROOT = Path(__file__).resolve().parents[2]
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "xlink:href", "manifest"}


class Elements(HTMLParser):
    """Every start tag with its attributes, and the page's text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def plain() -> str:
    return page(material(), PARAMS)


@pytest.fixture(scope="module")
def hostile() -> Elements:
    return Elements(page(material(hostile=True, scored=True), PARAMS))


def test_hostile_text_becomes_no_element(hostile):
    assert not [tag for tag, _ in hostile.tags if tag in ("script", "img", "iframe", "object", "embed", "base", "form")]
    assert not [name for _, attributes in hostile.tags for name in attributes if name.startswith("on")]


def test_hostile_text_is_shown_word_for_word_and_never_run_as_a_template(hostile):
    assert hostile.text.count("{{ 7 * 7 }}") >= 10
    assert "49 alert" not in hostile.text
    assert "".join(HOSTILE.split()) in "".join(hostile.text.split())


def test_a_link_leads_to_this_page_or_to_a_source_over_https(hostile, plain):
    for tag, attributes in [*hostile.tags, *Elements(plain).tags]:
        assert not LOADING & attributes.keys(), (tag, attributes)
        href = attributes.get("href", "#")
        if tag == "link":
            assert href == "data:,"
        else:
            assert tag == "a" or "href" not in attributes
            assert href.startswith(("#", "https://"))
            assert href.startswith("#") or attributes["rel"] == "noreferrer noopener"


def test_a_script_address_is_no_link(hostile):
    assert not [attributes for _, attributes in hostile.tags if "javascript:" in attributes.get("href", "")]


def test_the_page_forbids_itself_every_request(plain):
    policy = next(a["content"] for tag, a in Elements(plain).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    style = plain[plain.index("<style>") : plain.index("</style>")]
    assert "url(" not in style and "@import" not in style


def test_every_inner_link_has_its_target_once(plain):
    found = Elements(plain)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    wanted = {a["href"][1:] for _, a in found.tags if a.get("href", "").startswith("#")}
    assert len(ids) == len(set(ids)) and wanted <= set(ids)


def test_every_plot_is_inline_and_says_what_it_shows(hostile):
    drawings = [attributes for tag, attributes in hostile.tags if tag == "svg"]
    # Turns, calls a turn and calls of two splits, cases, calls by kind, one suite of scores, the graph.
    assert len(drawings) == 10
    assert all(drawing["aria-label"] and drawing["role"] == "img" for drawing in drawings)


def test_what_is_missing_is_said_in_one_line_each(plain):
    text = Elements(plain).text
    assert "scores : nothing made yet" in text
    assert "sft , rl : nothing made yet" in text
    assert "evaluation : nothing made yet" in text
    assert "difficulty : nothing made yet" in text
    assert "Not on the graph yet: base , toolgraph , problems , difficulty , sft , rl , merge , evaluation" in text
    assert "nothing here shows that a model got better" in text


def test_a_page_of_nothing_still_stands():
    bare = material()._replace(
        graph={"report": ()}, parts={}, catalogue={}, dialogues=(), replayed=Replayed(0, ()), runs=()
    )
    text = Elements(page(bare, PARAMS)).text
    assert "No stage has made anything yet." in text
    assert "No stage has been measured on this machine." in text


def test_numbers_are_those_of_the_metrics(plain):
    text = Elements(plain).text
    assert "1,234 cases" in text and "49 of 50 deliberately spoilt programs" in text
    assert "2 of 2 replayed" in text
    assert "environments 1 min 05 s 1.4 s 4.5 the machine was busy" in text


def test_reasons_are_counted_and_told_in_words(plain):
    text = Elements(plain).text
    assert "no entities" in text and "bad-api" in text


def test_every_reason_for_which_a_turn_is_refused_has_words():
    sources = (ROOT / "stages/trajectories").rglob("*.py")
    codes = {code for path in sources for code in re.findall(r'Refused\("(\w+)"', path.read_text("utf-8"))}
    assert codes
    assert codes <= set(WORDS)


def test_a_stage_that_is_there_is_never_called_missing(plain):
    text = Elements(plain).text
    assert "environments : nothing made yet" not in text and "trajectories : nothing made yet" not in text


def test_the_same_material_gives_the_same_bytes():
    assert page(material(scored=True), PARAMS) == page(material(scored=True), PARAMS)


def test_a_dialogue_that_does_not_replay_is_the_first_thing_said():
    broken = material()._replace(replayed=Replayed(2, ("dialogue-1: another end state",)))
    assert next(limits(broken)).startswith("Dialogues that do not replay: dialogue-1")
    assert "1 of 2" in Elements(page(broken, PARAMS)).text


def test_a_method_without_a_readable_formula_is_called_reconstructed():
    found = material()
    parts = {**found.parts, "merge": Part({"chosen": "sft", "dev": {"sft": 0.5}}, (), {"methods": [{"method": "arm"}]})}
    assert any(text.startswith("Reconstructed") and "arm" in text for text in limits(found._replace(parts=parts)))


def test_every_stage_of_the_chain_is_explained():
    words = list(STAGES)
    assert words[0] == "sources" and words[-1] == "report" and all(STAGES.values())
