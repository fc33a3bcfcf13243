"""How asks are cut into batches; what becomes of batches at an endpoint is in test_openai.py and test_gemini.py."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hone.core.records import Message
from hone.teachers import batches
from hone.teachers.asks import Ask

ASK = Ask("m", (Message("user", ""),), 0.0, 100)


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 9), st.integers(200, 2000))
def test_every_ask_is_in_one_batch_in_order_and_no_batch_is_too_large(lengths, most_asks, most_bytes):
    asks = [replace(ASK, messages=(Message("user", "x" * n),), sample=i) for i, n in enumerate(lengths)]
    limits = batches.MOST_ASKS, batches.MOST_BYTES
    batches.MOST_ASKS, batches.MOST_BYTES = most_asks, most_bytes
    try:
        cut = list(batches.parts(asks))
    finally:
        batches.MOST_ASKS, batches.MOST_BYTES = limits
    assert [ask for part in cut for ask in part] == asks
    assert all(1 <= len(part) <= most_asks for part in cut)
    sizes = [sum(len(batches.dumps(batches.asdict(ask)).encode()) for ask in part) for part in cut]
    assert all(size <= most_bytes or len(part) == 1 for size, part in zip(sizes, cut, strict=True))
