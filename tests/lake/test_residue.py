"""What is looked into when something must be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.residue import _columns

if TYPE_CHECKING:
    from pathlib import Path


def test_texts_inside_lists_are_looked_at_too(tmp_path: Path) -> None:
    rows = {
        "call_id": ["call-1", "call-2"],
        "word_texts": [["hello", "there"], ["hello", None]],
        "places": [[1], [2]],
    }
    pq.write_table(pa.table(rows), tmp_path / "call_words.parquet")
    assert list(_columns(tmp_path / "call_words.parquet")) == [["call-1", "call-2"], ["hello", "there"]]
