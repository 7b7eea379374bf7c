-- name: words_in_turns
-- question: Is every word in a turn of its own speaker that holds it in time, and counted there?
-- grain: one row per turn_index of a call that breaks it
-- key: call_id, turn_index
-- columns:
--   call_id: the call
--   turn_index: the turn
--   stated_words: turns.word_count; null if the turn is not there
--   word_rows: rows of words that name the turn
--   misplaced_words: of these, the ones of another speaker or channel, or outside the turn's times
-- empty: the promise holds
-- limits: words without times have no place to be wrong about
with words as (
    select
        call_id,
        turn_index,
        channel,
        speaker,
        start_ms,
        end_ms
    from words
),

turns as (
    select
        call_id,
        turn_index,
        channel,
        speaker,
        start_ms,
        end_ms,
        word_count
    from turns
),

paired as (
    select
        coalesce(turns.call_id, words.call_id) as call_id,
        coalesce(turns.turn_index, words.turn_index) as turn_index,
        turns.word_count,
        words.call_id is not null as is_word,
        coalesce(
            words.channel is distinct from turns.channel
            or words.speaker is distinct from turns.speaker
            or words.start_ms < turns.start_ms
            or words.end_ms > turns.end_ms,
            false
        ) as is_misplaced
    from turns
    full join words on turns.call_id = words.call_id and turns.turn_index = words.turn_index
),

counted as (
    select
        call_id,
        turn_index,
        any_value(word_count) as stated_words,
        count(*) filter (where is_word) as word_rows,
        count(*) filter (where is_word and is_misplaced) as misplaced_words
    from paired
    group by call_id, turn_index
),

broken as (
    select * from counted
    where
        stated_words is distinct from word_rows
        or misplaced_words > 0
)

select * from broken
