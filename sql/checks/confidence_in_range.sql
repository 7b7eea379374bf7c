-- name: confidence_in_range
-- question: Is every confidence and score null or between 0 and 1?
-- grain: one row per relation and call with one that is not
-- key: relation, call_id
-- columns:
--   relation: words, turns, calls or redactions
--   call_id: the call
--   wrong_values: how many
-- empty: the promise holds
-- limits: says nothing about whether a confidence is deserved
with stated as (
    select
        'words' as relation,
        call_id,
        confidence as stated_value
    from words
    union all
    select
        'turns' as relation,
        call_id,
        mean_confidence as stated_value
    from turns
    union all
    select
        'calls' as relation,
        call_id,
        mean_confidence as stated_value
    from calls
    union all
    select
        'redactions' as relation,
        call_id,
        score as stated_value
    from redactions
),

broken as (
    select
        relation,
        call_id,
        count(*) as wrong_values
    from stated
    where stated_value not between 0 and 1
    group by relation, call_id
)

select * from broken
