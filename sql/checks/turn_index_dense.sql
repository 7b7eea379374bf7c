-- name: turn_index_dense
-- question: Are the turns of every call numbered 0, 1, 2 ... without holes or repeats?
-- grain: one row per call whose numbers are not
-- key: call_id
-- columns:
--   call_id: the call
--   turns: rows it has
--   different_indexes: different turn_index values
--   first_index: the smallest
--   last_index: the largest
-- empty: the promise holds
-- limits: does not see turns that are missing at the end; words_in_turns does
with turns as (
    select
        call_id,
        turn_index
    from turns
),

counted as (
    select
        call_id,
        count(*) as turns,
        count(distinct turn_index) as different_indexes,
        min(turn_index) as first_index,
        max(turn_index) as last_index
    from turns
    group by call_id
),

broken as (
    select * from counted
    where
        first_index is distinct from 0
        or last_index <> turns - 1
        or different_indexes <> turns
)

select * from broken
