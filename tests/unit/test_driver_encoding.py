"""What a terminal without UTF-8 is sent: each line as wide as it was drawn."""

from __future__ import annotations

import pytest

from mltui.tui.driver import encoded


@pytest.mark.parametrize(
    ("text", "encoding", "sent"),
    [
        ("日本 |", "latin-1", b"???? |"),
        ("e\u0301te\u0301 |", "latin-1", b"ete |"),
        ("é ⣿ |", "latin-1", b"\xe9 ? |"),
        ("é \udcff |", "ascii", b"? ? |"),
        ("日本 e\u0301 |", "utf-8", "日本 e\u0301 |".encode()),
        ("\udcff|", "utf-8", b"?|"),
    ],
)
def test_what_the_encoding_lacks_keeps_its_cells(text: str, encoding: str, sent: bytes) -> None:
    assert encoded(text, encoding) == sent
