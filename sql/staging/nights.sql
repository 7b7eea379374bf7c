-- name: nights
-- question: What did each night come to?
-- grain: one row per run of the ingest
-- key: run_id
-- columns:
--   run_id: the run
--   purpose: ingest, retry or backfill
--   engine: the speech engine that was asked first
--   begun_at [UTC]: when it began
--   ended_at [UTC]: when it ended; null while it runs, and for good if it was killed
--   found: files seen that are recordings; null until the run has ended, as are all counts and sums
--   landed: recordings that became calls
--   skipped: recordings that needed nothing, or wait for another night
--   quarantined: recordings not usable as they are
--   failed: recordings that failed; the next night tries them again
--   over_budget: those of the skipped that wait because a spending ceiling was reached
--   duration_ms [ms]: length of the calls that landed
--   billed_ms [ms]: sound charged for
--   cost_usd [USD]: what was charged
--   requests: requests sent to engines
--   cache_hits: answers taken from the store, which cost nothing
-- empty: nothing was ingested, or only by versions that kept no such rows
-- limits: what a run that was killed had landed is in recordings, under its run_id
select
    run_id,
    purpose,
    engine,
    begun_at,
    ended_at,
    found,
    landed,
    skipped,
    quarantined,
    failed,
    over_budget,
    duration_ms,
    billed_ms,
    cost_usd,
    requests,
    cache_hits
from stored.nights
