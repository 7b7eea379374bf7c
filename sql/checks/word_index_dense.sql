-- name: word_index_dense
-- question: Are the words of every call numbered 0, 1, 2 ... without holes or repeats?
-- grain: one row per call whose numbers are not
-- key: call_id
-- columns:
--   call_id: the call
--   words: rows it has
--   different_indexes: different word_index values
--   first_index: the smallest
--   last_index: the largest
-- empty: the promise holds
-- limits: does not see words that are missing at the end; call_word_count does
with words as (
    select
        call_id,
        word_index
    from words
),

counted as (
    select
        call_id,
        count(*) as words,
        count(distinct word_index) as different_indexes,
        min(word_index) as first_index,
        max(word_index) as last_index
    from words
    group by call_id
),

broken as (
    select * from counted
    where
        first_index is distinct from 0
        or last_index <> words - 1
        or different_indexes <> words
)

select * from broken
