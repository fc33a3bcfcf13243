"""The blocks of params.yaml that recipes share, typed; a step reads its own out of `--params`.

A recipe composes its block from these (`recipes/*`, `Params`); `pipeline/params.py` checks the whole file. Knows
nothing of any one recipe, and nothing of machines (that is `profiles/`).
"""

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from hone.core.errors import UserError

Positive = Annotated[int, Field(ge=1)]
APIS = ("openai", "gemini")
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Block(BaseModel):
    """A part of params.yaml: immutable, and no key is accepted that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PipelineParams(Block):
    """How the build is kept. No stage takes it: nothing becomes stale by it."""

    autosave: bool = Field(default=False, description="record each successful bare snakemake run, as `hone save` does")


class BaseModelParams(Block):
    """Where the model to be sharpened comes from."""

    source: Literal["packaged", "hub", "folder"] = "packaged"
    id: str = Field(default="", description="hub: owner/name")
    revision: str = Field(default="", description="hub: a commit, so that the same params mean the same weights")
    path: str = Field(default="", description="folder: a local model folder in the hub's layout")
    dtype: Literal["bfloat16", "float32"] = "bfloat16"


class ProblemsParams(Block):
    """Where problems come from."""

    source: Literal["human_eval", "livecodebench", "livebench", "questions", "gaia", "table"] = "human_eval"
    path: str = Field(
        default="", description="livecodebench, livebench, table (ours): a local parquet file; gaia: also its folder"
    )


class SamplesParams(Block):
    """Which of the problems are used: `n`, drawn by seed, stratified by difficulty."""

    n: Positive = 164
    max_chars: Positive = Field(default=100_000, description="longest statement plus solution, in characters")
    seed: int = 0


class Price(Block):
    """What a model costs, in US dollars a million tokens."""

    input: Annotated[float, Field(ge=0.0)]
    output: Annotated[float, Field(ge=0.0)]
    batch: Fraction = Field(default=0.5, description="share of the price that is asked in batches")


class EndpointParams(Block):
    """A model behind an endpoint, with a key from the environment (OPENAI_API_KEY; GEMINI_API_KEY or GOOGLE_API_KEY).
    No answer is paid for twice, whatever is changed here."""

    model: str = Field(default="", description="the endpoint's name of the model")
    base_url: str = Field(default="", description="any endpoint with that API; empty: the vendor's own")
    max_tokens: Positive = Field(default=2048, description="longest answer; a longer one is cut, and not used")
    batch: bool = Field(default=False, description="ask in batches: at a part of the price, within a day")
    deadline_s: Annotated[float, Field(gt=0.0)] = Field(default=300.0, description="longest wait for one answer")
    prices: Mapping[str, Price] = Field(default={}, description="by model")
    max_usd: Annotated[float, Field(gt=0.0)] | None = Field(default=None, description="needs a price of the model")

    @property
    @abstractmethod
    def api(self) -> str:
        """Whose API it is, or a word that names none."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.api in APIS and not self.model:
            raise ValueError(f"expected model, the name of the model at {self.api}")
        if self.max_usd is not None and self.model not in self.prices:
            raise ValueError(f"expected a price of {self.model or 'the model'} in prices, which max_usd needs")
        return self


class DraftsParams(EndpointParams):
    """Who proposes rows: the recipe itself (`offline`), or a teacher behind an endpoint."""

    teacher: Literal["offline", "openai", "gemini"] = "offline"
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] = 0.7
    seed: int = 0
    rounds: Positive = Field(default=3, description="tries a row, each but the first with what was wrong in the last")
    surplus: Annotated[float, Field(ge=1.0)] = Field(
        default=1.25, description="rows that are asked for, to those needed"
    )

    @property
    def api(self) -> str:
        return self.teacher


class JudgeParams(EndpointParams):
    """Who judges what exact comparison cannot settle: nobody (`none`), or a model behind an endpoint."""

    judge: Literal["none", "openai", "gemini"] = "none"
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] = 0.0
    max_tokens: Positive = 512

    @property
    def api(self) -> str:
        return self.judge


class AnswersParams(EndpointParams):
    """Who answers the test rows as one more variant: nobody (`none`), or a model behind an endpoint. Samples and their
    temperature are those of `GenerateParams`, as for every variant."""

    teacher: Literal["none", "openai", "gemini"] = "none"

    @property
    def api(self) -> str:
        return self.teacher


class SplitParams(Block):
    """The size of one split. Problems are never shared between splits."""

    rows: Positive
    per_problem: Positive = Field(description="rows drafted of one problem at most")


class DatasetParams(Block):
    """The proven rows: how many, and how two rows are told to be the same."""

    train: SplitParams
    val: SplitParams
    test: SplitParams
    ngram: Positive = Field(default=13, description="words in a run that train and test may not share")
    seed: int = 0


class CorpusParams(Block):
    """Documents to go on pretraining with: where they come from, and which of them are kept."""

    source: Literal["made", "files", "table"] = Field(default="made", description="made: by the recipe itself")
    path: str = Field(default="", description="files: one, or a folder; table: parquet or JSONL with a column text")
    suffixes: tuple[str, ...] = Field(default=(".q", ".k", ".txt", ".md"), description="of the files of a folder")
    licences: tuple[str, ...] = Field(
        default=(), description="those that are allowed, by a table's column licence or license; empty: all"
    )
    min_chars: Positive = 40
    max_chars: Positive = 100_000
    max_odd: Fraction = Field(default=0.01, description="share of characters that no text has")
    max_repeated: Fraction = Field(default=0.3, description="share of characters that one line says once more")
    val_share: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(default=0.05, description="to choose the weights by")
    ngram: Positive = Field(default=13, description="words in a run that no document may share with val or test")
    seed: int = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.source != "made" and not self.path:
            raise ValueError(f"expected path, the place of the documents of source {self.source}")
        if self.licences and self.source != "table":
            raise ValueError("expected source table with licences: nothing else says what licence a document has")
        if self.min_chars > self.max_chars:
            raise ValueError(f"expected min_chars of at most max_chars, {self.max_chars}")
        return self


class NewToken(Block):
    """A token to be added as a single id, its row initialised from the mean of its description's tokens."""

    name: str = Field(default="", description="what the recipe calls it")
    token: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]


class NewTokens(RootModel[tuple[NewToken, ...]]):
    """A recipe's new tokens."""


class TrainParams(Block):
    """One run of the training loop."""

    method: Literal["full", "lora", "qlora"] = "lora"
    rank: Positive = 16
    alpha: Positive = 32
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 2e-4
    warmup: Fraction = Field(default=0.05, description="share of the steps with a rising learning rate; then cosine")
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.0
    max_grad_norm: Annotated[float, Field(gt=0.0)] = 1.0
    epochs: Annotated[float, Field(gt=0.0)] = Field(default=3.0, description="passes over the rows; a part counts")
    max_steps: Annotated[int, Field(ge=0)] = Field(default=0, description="training ends after so many steps; 0: never")
    tokens_per_step: Positive = Field(default=4096, description="padded tokens in one optimiser step")
    tokens_per_batch: Positive = Field(default=2048, description="padded tokens in one forward pass")
    max_tokens: Positive = Field(default=2048, description="longest row; a longer one is an error, never cut")
    learn: Literal["last", "every"] = Field(
        default="last", description="which turns of the assistant are learned: the last one of a row, or every one"
    )
    curriculum: Literal["mixed", "difficulty", "label"] = Field(
        default="mixed",
        description="order of an epoch's rows: all mixed; easy, medium, hard, then those that tell none; or label by "
        "label, sorted. It starts anew with each epoch, and max_steps or a part of an epoch ends it early",
        exclude_if=lambda order: order == "mixed",  # what is published without a curriculum says nothing of one
    )
    validate_every: Annotated[float, Field(gt=0.0)] = Field(
        default=20.0, description="steps between validations, with a checkpoint each; below 1: so much of an epoch"
    )
    patience: Annotated[int, Field(ge=0)] = Field(
        default=0, description="validations in a row without a better one that end training; 0: never"
    )
    seed: int = 0


class BootstrapParams(Block):
    """The loop in which a model solves problems that nobody has solved, and learns from what was proven."""

    labels: tuple[str, ...] = Field(default=(), description="labels of the rows that it is about; empty: all")
    known: Fraction = Field(default=0.3, description="share of the training problems whose solutions are given")
    samples: Positive = Field(default=4, description="tries at each unsolved problem, a round")
    temperature: Annotated[float, Field(gt=0.0)] = 0.8
    examples: Annotated[int, Field(ge=0)] = Field(default=2, description="similar solved problems shown with each")
    per_problem: Positive = Field(default=2, description="solutions of one problem that are learned, at most")
    target: Fraction = Field(default=1.0, description="share of problems solved at which the loop stops")
    seed: int = 0


Format = Literal["plain", "reasoning"]
"""How a reply is asked for: at once, or after thoughts."""


class RLParams(Block):
    """One run of reinforcement learning (GRPO) from a tuned adapter on."""

    format: Format = Field(
        default="plain",
        description="reasoning: thoughts are asked for first, and what follows them is judged",
    )
    rows: Annotated[int, Field(ge=0)] = Field(default=0, description="training rows it is about, drawn by seed; 0: all")
    steps: Positive = 20
    prompts_per_step: Positive = 4
    generations: Annotated[int, Field(ge=2)] = Field(default=8, description="answers to each prompt, compared")
    temperature: Annotated[float, Field(gt=0.0)] = 0.8
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 2e-6
    kl: Annotated[float, Field(ge=0.0)] = Field(default=0.02, description="weight of the distance from the start")
    examples: Annotated[int, Field(ge=0)] = Field(
        default=0, description="solved rows shown before a prompt at first; fewer by the step, none in the last quarter"
    )
    max_new_tokens: Positive = 256
    batch_size: Positive = Field(default=8, description="answers in one forward pass")
    max_grad_norm: Annotated[float, Field(gt=0.0)] = 1.0
    validate_every: Positive = Field(default=10, description="steps between validations, with a checkpoint each")
    seed: int = 0


class GenerateParams(Block):
    """How completions are made. The same for every variant."""

    engine: Literal["transformers"] = "transformers"
    max_new_tokens: Positive = 512
    batch_size: Positive = 32
    temperature: Annotated[float, Field(ge=0.0)] = Field(default=0.0, description="0 is greedy")
    samples: Positive = Field(default=1, description="completions a row; more than one needs a temperature")
    seed: int = 0

    @model_validator(mode="after")
    def _unlike(self) -> Self:
        if self.samples > 1 and self.temperature == 0.0:
            raise ValueError(f"expected a temperature: {self.samples} greedy samples are all alike")
        return self


B = TypeVar("B", bound=BaseModel)


def block(params: str, name: str, kind: type[B]) -> B:
    """The block `name` of a step's `--params` (JSON), as `kind`, defaults filled in; a bad one is a `UserError`."""
    try:
        given = json.loads(params)
    except ValueError as error:
        raise UserError(f"--params: expected JSON, found {params!r} ({error})") from None
    if not isinstance(given, dict):
        raise UserError(f'--params: expected an object such as {{"{name}": {{...}}}}, found {params!r}')
    try:
        return kind.model_validate(given.get(name, {}))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, (name, *first["loc"])))
        raise UserError(f"--params: {where}: {first['msg']}, found {first['input']!r}") from None
