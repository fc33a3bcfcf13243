from hone.core.records import Message, Row
from hone.evaluation.examples import page


def row(name, reply="right"):
    return Row(
        name, name, "test", "1", (Message("tools", "[]"), Message("user", f"ask {name}"), Message("assistant", reply))
    )


def line(winner, flipped=False):
    return {"winner": winner, "base_score": 0.0, "lora_score": 1.0, "flipped": flipped, "reasons": ["because\nso"]}


def test_rows_stand_side_by_side_those_that_got_worse_first():
    rows = [row("a"), row("b"), row("c"), row("d")]
    lines = [line("tie"), line("lora"), line("base", flipped=True), line(None)]
    said = {"base": ["1", "2", "3", "4"], "sft": ["5", "6", "7", "8"]}
    made = page("skill", rows, lines, said)
    assert [part.split()[0] for part in made.split("## ")[1:]] == ["c", "b", "d", "a"]
    assert "tuned 1, base 1, neither 1, not judged 1" in made
    assert "## d (1): not judged; base 0, tuned 1" in made
    assert "changed with the order" in made.split("## ")[1]
    for text in ("user: ask b", "**right**", "**base**\n\n```\n2\n```", "**sft**\n\n```\n6\n```", "- because so"):
        assert text in made.split("## ")[2]


def test_a_text_with_fences_stays_in_its_block():
    assert "````\n```\nx\n```\n````" in page(
        "skill", [row("a", "```\nx\n```")], [line("tie")], {"base": ["1"], "sft": ["2"]}
    )
