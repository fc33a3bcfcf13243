"""A model's card as the hub reads it: metadata with every figure, then the same facts for people. Markdown.

Metadata is written by the hub's own library. Not covered: the licence of a base that is not the packaged one, which
whoever publishes must add.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hone.core.config import BaseModelParams
from hone.evaluation.summarise import TUNED
from hone.evaluation.table import interval, ordered, words
from hone.report.build import Skill

PACKAGED = "HuggingFaceTB/SmolLM2-135M-Instruct"  # what source: packaged is, and its licence
LICENCE = "apache-2.0"


def card(skill: Skill, base: BaseModelParams) -> str:
    """The card of a recipe's tuned model."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"words": words, "cell": cell, "interval": interval}
    variants, metrics = ordered(skill.block)
    return environment.get_template("card.md.jinja").render(
        skill=skill,
        base=base_name(base),
        metadata=metadata(skill, base).to_yaml(),
        variants=variants,
        metrics=metrics,
        tuned=TUNED,
        figures=skill.block["variants"],
        comparison=[line for line in skill.block["comparison"] if line["b"] == TUNED],
        splits=skill.validation.get("splits", {}),
        settings=sorted(skill.training.get("settings", {}).items()),
    )


def base_name(base: BaseModelParams) -> str:
    """The hub's name of the base, or "" for one that came from a folder."""
    return {"packaged": PACKAGED, "hub": base.id, "folder": ""}[base.source]


def metadata(skill: Skill, base: BaseModelParams) -> ModelCardData:
    """What the hub's search and its widgets read."""
    figures = skill.block["variants"].get(TUNED, {})
    results = [
        EvalResult(
            task_type="text-generation", dataset_type="hone", dataset_name=f"Hone, {words(skill.name)}",
            dataset_split="test", metric_type=name, metric_name=words(name), metric_value=found["value"],
        )
        for name, found in sorted(figures.items())
    ]  # fmt: skip
    return ModelCardData(
        base_model=base_name(base) or None,
        license=LICENCE if base.source == "packaged" else None,
        library_name="peft" if _is_adapter(skill.training) else "transformers",
        pipeline_tag="text-generation",
        tags=["hone", skill.name.replace("_", "-")],
        model_name=f"hone-{skill.name.replace('_', '-')}",
        eval_results=results or None,
    )


def _is_adapter(training: Mapping[str, Any]) -> bool:
    return bool(training.get("settings", {}).get("method") != "full")


def cell(text: object) -> str:
    """Text that ends no cell of a table and starts no markup: names come from data."""
    plain = " ".join(str(text).split())
    for sign in "\\`|<>[]*_":
        plain = plain.replace(sign, f"\\{sign}")
    return plain
