-- name: rows_have_calls
-- question: Does everything that was landed belong to a landed call?
-- grain: one row per relation and call_id that has no call
-- key: relation, call_id
-- columns:
--   relation: words, turns, redactions or reviews
--   call_id: the call that is not there
--   orphans: rows without a call
-- empty: the promise holds
-- limits: engine_usage and recordings may name calls that never landed
with calls as (
    select call_id
    from calls
),

parts as (
    select
        'words' as relation,
        call_id
    from words
    union all
    select
        'turns' as relation,
        call_id
    from turns
    union all
    select
        'redactions' as relation,
        call_id
    from redactions
    union all
    select
        'reviews' as relation,
        call_id
    from reviews
),

orphans as (
    select
        parts.relation,
        parts.call_id,
        count(*) as orphans
    from parts
    anti join calls on parts.call_id = calls.call_id
    group by parts.relation, parts.call_id
)

select * from orphans
