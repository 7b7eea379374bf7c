-- name: call_redaction_count
-- question: Does every call have as many findings taken out as it says?
-- grain: one row per call that does not
-- key: call_id
-- columns:
--   call_id: the call
--   stated_redactions: calls.redaction_count
--   taken_out: its auto and flagged findings
-- empty: the promise holds
-- limits: findings left for review are not redactions and do not count
with calls as (
    select
        call_id,
        redaction_count
    from calls
),

taken_out as (
    select
        call_id,
        count(*) as taken_out
    from redactions
    where tier in ('auto', 'flagged')
    group by call_id
),

counted as (
    select
        calls.call_id,
        calls.redaction_count as stated_redactions,
        coalesce(taken_out.taken_out, 0) as taken_out
    from calls
    left join taken_out on calls.call_id = taken_out.call_id
),

broken as (
    select * from counted
    where stated_redactions is distinct from taken_out
)

select * from broken
