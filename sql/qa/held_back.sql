-- name: held_back
-- question: Which recordings did not become calls, where did they stop, and why?
-- grain: one row per state, stage and reason
-- key: state, stage, reason
-- parameters:
--   since [UTC date] (date, default none): first day on which the ledger last said so
--   until [UTC date] (date, default none): last day on which it did
-- columns:
--   state: found (waits for the next run), skipped, quarantined or failed
--   stage: the step that was reached; null if none
--   reason: why, in plain words; null if it only waits
--   recordings: how many
--   size_bytes [bytes]: their files together; null if unknown
--   duration_ms [ms]: their sound together; null where none could be read
--   first_seen_at [UTC]: when the first of them was found
-- empty: every recording that was ever seen became a call
-- limits: by the day of the ledger's last word, for when the call was is not known of what did not land
with recordings as (
    select
        state,
        stage,
        reason,
        size_bytes,
        duration_ms,
        first_seen_at
    from recordings
    where
        state <> 'landed'
        and ($since is null or cast(updated_at as date) >= $since)
        and ($until is null or cast(updated_at as date) <= $until)
),

counted as (
    select
        state,
        stage,
        reason,
        count(*) as recordings,
        cast(sum(size_bytes) as bigint) as size_bytes,
        cast(sum(duration_ms) as bigint) as duration_ms,
        min(first_seen_at) as first_seen_at
    from recordings
    group by state, stage, reason
)

select * from counted
order by recordings desc, state asc, stage asc, reason asc
