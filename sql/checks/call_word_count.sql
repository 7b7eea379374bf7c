-- name: call_word_count
-- question: Does every call have as many words, and words under turns, as it says?
-- grain: one row per call that does not
-- key: call_id
-- columns:
--   call_id: the call
--   stated_words: calls.word_count
--   word_rows: its rows in words
--   turn_words: the sum of its turns' word_count
-- empty: the promise holds
-- limits: words of calls that are not there are seen by rows_have_calls
with calls as (
    select
        call_id,
        word_count
    from calls
),

word_rows as (
    select
        call_id,
        count(*) as word_rows
    from words
    group by call_id
),

turn_words as (
    select
        call_id,
        cast(sum(word_count) as bigint) as turn_words
    from turns
    group by call_id
),

counted as (
    select
        calls.call_id,
        calls.word_count as stated_words,
        coalesce(word_rows.word_rows, 0) as word_rows,
        coalesce(turn_words.turn_words, 0) as turn_words
    from calls
    left join word_rows on calls.call_id = word_rows.call_id
    left join turn_words on calls.call_id = turn_words.call_id
),

broken as (
    select * from counted
    where
        stated_words is distinct from word_rows
        or stated_words is distinct from turn_words
)

select * from broken
