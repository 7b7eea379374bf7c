-- name: unsure_words
-- question: Where was the engine unsure of several words side by side?
-- grain: one row per word with a confidence under 0.7 that stands beside another such word in its turn
-- key: call_id, word_index
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   turn_index: the turn the word belongs to
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   word_index: the word's place in the call
--   word: the word as the engine heard it
--   start_ms [ms]: where it begins on the recording's clock; null if the engine gives no word times
--   end_ms [ms]: where it ends; null if the engine gives no word times
--   confidence [0-1]: how sure the engine was
-- empty: no engine was that unsure, or none gives confidences
-- limits: unsure words that stand alone are only in words; redacted words are left out and part their
--   neighbours
with words as (
    select
        call_id,
        call_date,
        turn_index,
        speaker,
        word_index,
        word,
        start_ms,
        end_ms,
        confidence
    from words
    where confidence < 0.7 and entity is null
),

beside as (
    select * from words
    qualify
        lag(word_index) over (
            partition by call_date, call_id, turn_index
            order by word_index
        ) = word_index - 1
        or lead(word_index) over (
            partition by call_date, call_id, turn_index
            order by word_index
        ) = word_index + 1
)

select * from beside
