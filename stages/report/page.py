"""All sections in their order, as one HTML text that needs nothing but itself."""

from markupsafe import Markup

from stages.core.engine.catalogue import with_joins
from stages.core.params.report import Params
from stages.core.seeds import generator
from stages.report import (
    chart_graph,
    cost,
    counts,
    distributions,
    environments,
    headline,
    scores,
    training,
    transcripts,
)
from stages.report.figures import figures
from stages.report.graph import Reads, order
from stages.report.material import STAGES, Material
from stages.report.templating import render


def page(material: Material, params: Params) -> str:
    """The whole page. The same material and params give the same text."""
    words = order(material.graph)
    played = with_joins(material.catalogue, (dialogue.environment for dialogue in material.dialogues))
    rejected = material.parts["environments"].rejected if "environments" in material.parts else ()
    sections = [
        ("summary", "What came out", headline.section(material)),
        ("scores", "Scores", scores.section(material.metrics("scores"))),
        ("graph", "The graph of stages", graph(material)),
        (
            "environments",
            "Environments",
            environments.section(material.catalogue, material.dialogues, material.choices, rejected, params.reasons),
        ),
        ("counts", "Counts and rejections", counts.section(material.parts, params.reasons)),
        (
            "distributions",
            "Distributions",
            distributions.section(
                material.dialogues, played, material.metrics("trajectories"), material.metrics("difficulty")
            ),
        ),
        ("training", "Training", training.section({word: material.metrics(word) for word in ("sft", "rl")})),
        (
            "dialogues",
            "Training dialogues to read",
            transcripts.training(
                material.dialogues, played, params.dialogues, generator(params.seed, "report", "training")
            ),
        ),
        (
            "own",
            "The model\u2019s own words on held-out tasks",
            transcripts.own(
                material.own,
                material.dialogues,
                played,
                params.own,
                generator(params.seed, "report", "own"),
            ),
        ),
        ("cost", "Cost", cost.section(material.runs, material.machine, words)),
    ]
    lead = "From real API descriptions to a better small model, and the evidence for it."
    return render("page", sections=sections, title="Finery: what was made, and what got better", lead=lead)


def graph(material: Material) -> Markup:
    """The drawing, and a line a stage with all it reads and all that is not there yet."""
    made = frozenset(word.split("/")[0] for word in material.parts) | {"report"}
    drawing = chart_graph.draw(
        material.graph, figures({word: part.metrics for word, part in material.parts.items()}), made
    )
    words = order(material.graph)
    rows = [(word, STAGES.get(word, ""), ", ".join(material.graph[word])) for word in words]
    return render("graph", drawing=drawing, rows=rows, absent=absent(material.graph))


def absent(graph: Reads) -> list[str]:
    """Stages of the chain that are not on the graph."""
    return [word for word in STAGES if word not in graph]
