"""A tuned model to the hub: adapter (or model), tokenizer and card in one commit. The hub's own library does the work,
and finds the token itself (HF_TOKEN, or `hf auth login`)."""

from pathlib import Path

from hone.core.errors import UserError
from hone.core.files import MANIFEST

IGNORED = ("*.tsv", MANIFEST, "training.json", "report.json", ".snakemake_timestamp")  # about a folder, not the model


def contents(recipe: str) -> dict[str, Path]:
    """Name in the repository -> file here. Raises: UserError where the model or its card is not built."""
    model, card = Path("models", recipe), Path("models", recipe, "README.md")
    if not (model / "sft" / MANIFEST).exists() or not card.exists():
        raise UserError(f"{model}: expected a tuned model (sft) and its card (README.md), found less; build it first")
    files = [file for part in ("tokenizer", "sft") for file in sorted((model / part).iterdir())]
    wanted = [file for file in files if file.is_file() and not any(map(file.match, IGNORED))]
    return {file.name: file for file in wanted} | {card.name: card}


def push(recipe: str, repository: str, private: bool) -> str:
    """Make the repository if need be and upload everything in one commit; returns its address."""
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    files = contents(recipe)
    api = HfApi()
    try:
        address = api.create_repo(repository, private=private, exist_ok=True)
        operations = [CommitOperationAdd(name, str(file)) for name, file in files.items()]
        api.create_commit(repository, operations, commit_message=f"Add {recipe}, tuned by Hone")
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError) as error:
        said = " ".join(str(error).split())[:300]
        raise UserError(f"hone push: the hub refuses {repository}: {said}; check its name and your token") from None
    return str(address)
