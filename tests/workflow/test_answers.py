"""What a teacher was paid for is shared as any data is, and a clone that pulled it asks for nothing again."""

from pathlib import Path

import pytest

from hone.ledger import Claims, Ledger

pytestmark = [pytest.mark.workflow]

LEDGER = Path("work/answers/special_tokens.jsonl")


def test_a_clone_has_the_answers_and_can_add_to_them_without_touching_the_cache(repo, tmp_path):
    with Ledger.open(repo.path / LEDGER) as ledger, Claims.open(repo.path / LEDGER.with_suffix(".claims")):
        ledger.put("a", {"text": "paid", "usd": 0.5})
    repo.dvc("remote", "add", "-d", "shared", str(tmp_path / "remote"))
    repo.dvc("add", "-q", "work/answers")
    repo.ok("git", "add", "-A")
    assert "work/answers.dvc" in repo.ok("git", "status", "--short")
    repo.ok("git", "commit", "-qm", "Share what was paid for")
    repo.dvc("push", "-q")

    clone = repo.clone(tmp_path / "clone")
    clone.dvc("config", "--local", "cache.type", "hardlink")
    clone.dvc("pull", "-q")
    assert sorted(file.name for file in (clone.path / "work/answers").iterdir()) == [LEDGER.name]
    seen = []
    with Ledger.open(clone.path / LEDGER, each=lambda key, value: seen.append(value["usd"])) as ledger:
        assert ledger.get("a") == {"text": "paid", "usd": 0.5}
        ledger.put("b", {"text": "mine", "usd": 0.25})
    assert seen == [0.5, 0.25]
    cached = [file.read_bytes() for file in (clone.path / ".dvc/cache").rglob("*") if file.is_file()]
    assert not [content for content in cached if b"mine" in content]
    assert "Nothing to be done" in clone.snakemake("-n", "results/eval.json")
