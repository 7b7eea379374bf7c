-- name: ledger_adds_up
-- question: Does found = landed + skipped + quarantined + failed?
-- grain: one row if it does not
-- key: found
-- columns:
--   found: recordings ever seen
--   landed: of these, landed
--   skipped: skipped
--   quarantined: quarantined
--   failed: failed
--   undecided: seen, and none of these yet
-- empty: the promise holds
-- limits: holds between runs; while a run works, or after it was killed, some are undecided
with recordings as (
    select state
    from recordings
),

counted as (
    select
        count(*) as found,
        count(*) filter (where state = 'landed') as landed,
        count(*) filter (where state = 'skipped') as skipped,
        count(*) filter (where state = 'quarantined') as quarantined,
        count(*) filter (where state = 'failed') as failed
    from recordings
),

compared as (
    select
        *,
        found - landed - skipped - quarantined - failed as undecided
    from counted
),

broken as (
    select * from compared
    where undecided <> 0
)

select * from broken
