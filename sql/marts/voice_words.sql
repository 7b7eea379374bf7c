-- name: voice_words
-- question: Which words of a call are a voice's, one after another?
-- grain: one row per call and voice that says a word with a letter or digit
-- key: call_id, voice
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   word_indexes: the word_index of each of its words with a letter or digit, in order
-- empty: no call with words has landed
-- limits: what it says is in token_places, whose places count in this list from 1
with words as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        word_index
    from spoken_words
),

voices as (
    select
        call_id,
        call_date,
        voice,
        any_value(speaker) as speaker,
        list(word_index order by word_index) as word_indexes
    from words
    group by call_id, call_date, voice
)

select * from voices
