-- name: call_silence_matches_turns
-- question: Is a call's silence exactly the time that no turn covers?
-- grain: one row per call where it is not
-- key: call_id
-- columns:
--   call_id: the call
--   stated_silence_ms [ms]: calls.silence_ms
--   uncovered_ms [ms]: length of the recording less the union of its turns
-- empty: the promise holds
-- limits: turns without times cover nothing, so their time counts as silence on both sides
with calls as (
    select
        call_id,
        duration_ms,
        silence_ms
    from calls
),

turns as (
    select
        call_id,
        start_ms,
        end_ms
    from turns
    where end_ms >= start_ms
),

reached as (
    select
        call_id,
        start_ms,
        end_ms,
        coalesce(
            max(end_ms) over (
                partition by call_id
                order by start_ms, end_ms
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as reached_ms
    from turns
),

covered as (
    select
        call_id,
        cast(sum(greatest(end_ms - greatest(start_ms, reached_ms), 0)) as bigint) as covered_ms
    from reached
    group by call_id
),

measured as (
    select
        calls.call_id,
        calls.silence_ms as stated_silence_ms,
        calls.duration_ms - coalesce(covered.covered_ms, 0) as uncovered_ms
    from calls
    left join covered on calls.call_id = covered.call_id
),

broken as (
    select * from measured
    where stated_silence_ms is distinct from uncovered_ms
)

select * from broken
