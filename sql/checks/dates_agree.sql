-- name: dates_agree
-- question: Does every row stand under its call's day?
-- grain: one row per relation, call and day that is not the call's
-- key: relation, call_id, call_date
-- columns:
--   relation: calls, words, turns, redactions or reviews
--   call_id: the call
--   call_date [UTC date]: the day the rows stand under
--   expected_date [UTC date]: the day of calls.started_at; null if unknown
--   strays: how many rows
-- empty: the promise holds
-- limits: a call without started_at may carry a day from elsewhere, but its rows must share it
with calls as (
    select
        call_id,
        call_date,
        coalesce(cast(started_at at time zone 'UTC' as date), call_date) as expected_date
    from calls
),

parts as (
    select
        'calls' as relation,
        call_id,
        call_date
    from calls
    union all
    select
        'words' as relation,
        call_id,
        call_date
    from words
    union all
    select
        'turns' as relation,
        call_id,
        call_date
    from turns
    union all
    select
        'redactions' as relation,
        call_id,
        call_date
    from redactions
    union all
    select
        'reviews' as relation,
        call_id,
        call_date
    from reviews
),

strays as (
    select
        parts.relation,
        parts.call_id,
        parts.call_date,
        calls.expected_date,
        count(*) as strays
    from parts
    inner join calls on parts.call_id = calls.call_id
    where parts.call_date is distinct from calls.expected_date
    group by
        parts.relation,
        parts.call_id,
        parts.call_date,
        calls.expected_date
)

select * from strays
