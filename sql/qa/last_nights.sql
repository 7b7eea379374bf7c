-- name: last_nights
-- question: What did the last nights come to?
-- grain: one row per run of the ingest
-- key: run_id
-- parameters:
--   newest [runs] (integer, default 7): how many of them
--   purpose (varchar, default none): only runs of this purpose: ingest, retry or backfill
-- columns:
--   run_id: the run
--   purpose: ingest, retry or backfill
--   begun_at [UTC]: when it began
--   took_s [s]: how long it ran; null while it runs, and for good if it was killed
--   found: files seen that are recordings; null until the run has ended, as are all counts and sums
--   landed: recordings that became calls
--   skipped: recordings that needed nothing, or wait for another night
--   quarantined: recordings not usable as they are
--   failed: recordings that failed
--   over_budget: those of the skipped that wait because a spending ceiling was reached
--   minutes_landed [min]: length of the calls that landed
--   cost_usd [USD]: what was charged
--   cost_per_hour_usd [USD/hour]: what an hour of landed calls cost; null if none landed
-- empty: nothing was ingested
-- limits: costs are list prices times billed time; a call that fails after it was heard costs all the same
with nights as (
    select
        run_id,
        purpose,
        begun_at,
        ended_at,
        found,
        landed,
        skipped,
        quarantined,
        failed,
        over_budget,
        duration_ms,
        cost_usd
    from nights
    where $purpose is null or purpose = $purpose
),

newest as (
    select * from nights
    order by begun_at desc, run_id asc
    limit $newest
),

figures as (
    select
        run_id,
        purpose,
        begun_at,
        date_diff('second', begun_at, ended_at) as took_s,
        found,
        landed,
        skipped,
        quarantined,
        failed,
        over_budget,
        duration_ms / 60000 as minutes_landed,
        cost_usd,
        cost_usd * 3600000 / nullif(duration_ms, 0) as cost_per_hour_usd
    from newest
)

select * from figures
order by begun_at desc, run_id asc
