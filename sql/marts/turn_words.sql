-- name: turn_words
-- question: Which words does a turn hold?
-- grain: one row per turn with words
-- key: call_id, turn_index
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   turn_index: the turn
--   start_word: word_index of its first word
--   end_word: word_index after its last word
-- empty: no call with words has landed
-- limits: a turn's words stand one after another, also where two speak at once
with words as (
    select
        call_id,
        call_date,
        turn_index,
        word_index
    from words
),

spans as (
    select
        call_id,
        call_date,
        turn_index,
        min(word_index) as start_word,
        max(word_index) + 1 as end_word
    from words
    group by call_id, call_date, turn_index
)

select * from spans
