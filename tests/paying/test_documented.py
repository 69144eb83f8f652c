"""docs/paying.md tells of every word a front end may meet."""

from pathlib import Path

import pytest

from adapters.payments.processor import ActionKind
from resolvers.payment_errors import PaymentErrorCode
from resolvers.payment_progress import PaymentState

TEXT = Path("docs/paying.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*PaymentErrorCode, *PaymentState, *ActionKind])
def test_every_word_of_the_graph_is_told(word: PaymentErrorCode | PaymentState) -> None:
    assert f"`{word.value}`" in TEXT
