-- name: engine_scores
-- question: How did the speech engines do in each comparison?
-- grain: one row per comparison, engine, model, speaker and criterion
-- key: comparison_id, engine, model, speaker, criterion
-- columns:
--   comparison_id: the comparison
--   compared_at [UTC]: when it was made
--   engine: the speech engine
--   model: the engine's model
--   stand_in: true if a hosted engine was played by the local stand-in; these are not the vendor's results
--   speaker: agent, customer ...; null for all speakers together
--   criterion: what is measured, such as wer; docs/compare.md explains each
--   value: the score, in `unit`
--   low: where the score's 95 % interval begins; null without one
--   high: where it ends; null without one
--   resampled: what the interval was drawn from, recordings or utterances; null without one
--   sample_size: how much was measured, such as words said for wer
--   unit: share, words, ms, ratio, USD/hour, recordings or requests
-- empty: no engines have been compared
-- limits: scores of different comparisons can be set side by side only if the recordings were the same
select
    comparison_id,
    compared_at,
    engine,
    model,
    stand_in,
    speaker,
    criterion,
    value,
    low,
    high,
    resampled,
    sample_size,
    unit
from stored.engine_scores
