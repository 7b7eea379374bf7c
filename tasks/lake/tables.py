"""The lake's tables as they lie on disk: column types, order and Parquet encodings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ID: Final = pa.string()
_UTC: Final = pa.timestamp("us", tz="UTC")


def _schema(columns: list[tuple[str, Any]]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns])


WORDS: Final = _schema(
    [
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("channel", pa.uint8()),
        ("speaker", pa.string()),
        ("turn_index", pa.int32()),
        ("word_index", pa.int32()),
        ("word", pa.string()),
        ("start_ms", pa.int32()),
        ("duration_ms", pa.uint16()),
        ("confidence_percent", pa.uint8()),
        ("entity", pa.string()),
    ]
)

TURNS: Final = _schema(
    [
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("turn_index", pa.int32()),
        ("channel", pa.uint8()),
        ("speaker", pa.string()),
        ("start_ms", pa.int32()),
        ("end_ms", pa.int32()),
        ("text", pa.string()),
        ("word_count", pa.int32()),
        ("mean_confidence", pa.float32()),
        ("sentiment", pa.float32()),
        ("loudness_dbfs", pa.float32()),
        ("peak_dbfs", pa.float32()),
    ]
)

CALLS: Final = _schema(
    [
        ("call_id", _ID),
        ("recording_sha256", pa.string()),
        ("source_uri_masked", pa.string()),
        ("started_at", _UTC),
        ("call_date", pa.date32()),
        ("duration_ms", pa.int32()),
        ("channel_count", pa.uint8()),
        ("channel_verdict", pa.string()),
        ("speaker_source", pa.string()),
        ("speaker_doubt", pa.string()),
        ("agent_id", pa.string()),
        ("queue", pa.string()),
        ("customer_key", pa.string()),
        ("metadata", pa.string()),
        ("engine", pa.string()),
        ("model", pa.string()),
        ("language", pa.string()),
        ("recipe_id", pa.string()),
        ("word_count", pa.int32()),
        ("agent_talk_ms", pa.int32()),
        ("customer_talk_ms", pa.int32()),
        ("other_talk_ms", pa.int32()),
        ("silence_ms", pa.int32()),
        ("overlap_ms", pa.int32()),
        ("speech_ms", pa.int32()),
        ("unheard_ms", pa.int32()),
        ("unheard_spans", pa.string()),
        ("mean_confidence", pa.float32()),
        ("low_confidence_words", pa.int32()),
        ("redaction_count", pa.int32()),
        ("rejected_segments", pa.int32()),
        ("billed_ms", pa.int64()),
        ("cost_usd", pa.float64()),
        ("landed_at", _UTC),
        ("audio_path", pa.string()),
        ("audio_sha256", pa.string()),
        ("muted_ms", pa.int32()),
    ]
)

REDACTIONS: Final = _schema(
    [
        ("finding_id", _ID),
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("entity", pa.string()),
        ("reason", pa.string()),
        ("score", pa.float32()),
        ("tier", pa.string()),
        ("channel", pa.uint8()),
        ("speaker", pa.string()),
        ("start_word", pa.int32()),
        ("end_word", pa.int32()),
        ("start_ms", pa.int32()),
        ("end_ms", pa.int32()),
        ("mode", pa.string()),
        ("detector_version", pa.string()),
        ("review_status", pa.string()),
        ("rules_hash", pa.string()),
        ("key_id", pa.string()),
    ]
)

CERTIFICATES: Final = _schema(
    [
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("issued_at", _UTC),
        ("body", pa.string()),
        ("key_id", pa.string()),
        ("signature", pa.string()),
    ]
)

ENVELOPES: Final = _schema(
    [
        ("finding_id", _ID),
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("key_id", pa.string()),
        ("sealed", pa.binary()),
    ]
)
"""What the mode `reversible` keeps: the words of a finding, encrypted. `callarchive reveal` opens one."""

REVEALS: Final = _schema(
    [
        ("reveal_id", _ID),
        ("finding_id", _ID),
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("entity", pa.string()),
        ("key_id", pa.string()),
        ("revealed_by", pa.string()),
        ("revealed_at", _UTC),
        ("reason", pa.string()),
    ]
)

RECORDINGS: Final = _schema(
    [
        ("recording_sha256", _ID),
        ("call_id", pa.string()),
        ("source_uri_masked", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("stage", pa.string()),
        ("attempts", pa.int32()),
        ("size_bytes", pa.int64()),
        ("duration_ms", pa.int32()),
        ("metadata_problems", pa.string()),
        ("first_seen_at", _UTC),
        ("updated_at", _UTC),
        ("run_id", pa.string()),
        ("customer_key", pa.string()),
    ]
)

ENGINE_USAGE: Final = _schema(
    [
        ("usage_id", _ID),
        ("call_id", pa.string()),
        ("call_date", pa.date32()),
        ("recording_sha256", pa.string()),
        ("run_id", pa.string()),
        ("channel", pa.uint8()),
        ("chunk_index", pa.int32()),
        ("engine", pa.string()),
        ("model", pa.string()),
        ("requested_at", _UTC),
        ("audio_ms", pa.int32()),
        ("billed_ms", pa.int32()),
        ("cost_usd", pa.float64()),
        ("uncertain_cost_usd", pa.float64()),
        ("latency_ms", pa.int32()),
        ("attempts", pa.int32()),
        ("cache_hit", pa.bool_()),
        ("outcome", pa.string()),
        ("answer_key", pa.string()),
    ]
)

REVIEWS: Final = _schema(
    [
        ("review_id", _ID),
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("finding_id", pa.string()),
        ("reviewer", pa.string()),
        ("decided_at", _UTC),
        ("decision", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("reason", pa.string()),
        ("kind", pa.string()),
        ("undoes", pa.string()),
    ]
)

SIGHTINGS: Final = _schema(
    [
        ("uri_key", _ID),
        ("size_bytes", pa.int64()),
        ("modified_at", _UTC),
        ("recording_sha256", pa.string()),
    ]
)
"""Which file, by keyed hash of its address, held which recording: unchanged files are not read again."""

ENGINE_SCORES: Final = _schema(
    [
        ("comparison_id", _ID),
        ("compared_at", _UTC),
        ("engine", pa.string()),
        ("model", pa.string()),
        ("stand_in", pa.bool_()),
        ("speaker", pa.string()),
        ("criterion", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("resampled", pa.string()),
        ("sample_size", pa.int64()),
        ("unit", pa.string()),
    ]
)

RULE_HITS: Final = _schema(
    [
        ("call_id", _ID),
        ("call_date", pa.date32()),
        ("rules_hash", pa.string()),
        ("rule", pa.string()),
        ("place", pa.int32()),
        ("speaker", pa.string()),
        ("start_ms", pa.int32()),
        ("end_ms", pa.int32()),
        ("words", pa.string()),
    ]
)
"""Why a call belongs to a category, as redacted."""

RULE_RUNS: Final = _schema(
    [
        ("rules_hash", pa.string()),
        ("run_at", _UTC),
        ("rules", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("calls", pa.int64()),
        ("matches", pa.int64()),
    ]
)

NIGHTS: Final = _schema(
    [
        ("run_id", _ID),
        ("purpose", pa.string()),
        ("engine", pa.string()),
        ("begun_at", _UTC),
        ("ended_at", _UTC),
        ("found", pa.int64()),
        ("landed", pa.int64()),
        ("skipped", pa.int64()),
        ("quarantined", pa.int64()),
        ("failed", pa.int64()),
        ("over_budget", pa.int64()),
        ("duration_ms", pa.int64()),
        ("billed_ms", pa.int64()),
        ("cost_usd", pa.float64()),
        ("requests", pa.int64()),
        ("cache_hits", pa.int64()),
    ]
)

ERASURES: Final = _schema(
    [
        ("erasure_id", _ID),
        ("asked", pa.string()),
        ("subject", pa.string()),
        ("asked_by", pa.string()),
        ("asked_at", _UTC),
        ("state", pa.string()),
        ("calls", pa.int64()),
        ("held_calls", pa.int64()),
        ("finished_at", _UTC),
        ("receipt", pa.string()),
        ("key_id", pa.string()),
        ("signature", pa.string()),
        ("names_key_id", pa.string()),
    ]
)
"""One row per erasure. Calls and recordings are in it as keyed hashes only."""

HOLDS: Final = _schema(
    [
        ("hold_id", _ID),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("subject", pa.string()),
        ("reason", pa.string()),
        ("noted_by", pa.string()),
        ("noted_at", _UTC),
    ]
)
"""Legal holds, added and lifted: what counts is the last row of a kind and subject."""

TABLES: Final[dict[str, pa.Schema]] = {
    "words": WORDS,
    "turns": TURNS,
    "calls": CALLS,
    "redactions": REDACTIONS,
    "certificates": CERTIFICATES,
    "envelopes": ENVELOPES,
    "reveals": REVEALS,
    "recordings": RECORDINGS,
    "engine_usage": ENGINE_USAGE,
    "reviews": REVIEWS,
    "sightings": SIGHTINGS,
    "engine_scores": ENGINE_SCORES,
    "rule_hits": RULE_HITS,
    "rule_runs": RULE_RUNS,
    "erasures": ERASURES,
    "holds": HOLDS,
    "nights": NIGHTS,
}

PARTITIONED: Final = ("words", "turns", "calls", "redactions", "certificates", "envelopes", "engine_usage")
"""Tables of calls, one file a day and batch. The ledger's few rows go into the catalog instead."""

LEDGER: Final = ("recordings", "sightings")
"""Tables with a row for each recording and file ever seen, whose rows begin in the catalog."""

REPLACED: Final = ("words", "turns", "calls", "redactions", "certificates", "envelopes", "rule_hits")
"""What landing a call again removes first. What was spent stays on the books: engine_usage only grows."""

ORDER: Final = {
    "words": ("call_id", "word_index"),
    "turns": ("call_id", "turn_index"),
    "calls": ("call_id",),
    "redactions": ("call_id", "start_word"),
    "certificates": ("call_id",),
    "envelopes": ("call_id", "finding_id"),
    "engine_usage": ("call_id", "channel", "chunk_index"),
}
"""The columns that a table's rows are sorted by on disk."""


def as_table(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of the named relation; a column that a row leaves out is null."""
    return pa.Table.from_pylist(list(rows), schema=TABLES[name])
