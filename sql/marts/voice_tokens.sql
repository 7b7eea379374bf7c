-- name: voice_tokens
-- question: What does each voice of a call say, word after word, ready to be searched for phrases?
-- grain: one row per call and voice that says a word with a letter or digit
-- key: call_id, voice
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   tokens: its words in lower case without punctuation, in order; redactions keep their brackets
--   word_indexes: the word_index of each of them
-- empty: no call with words has landed
-- limits: the other voices' words in between are not in it; said_phrases() gives places and times
with words as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        word_index,
        token
    from spoken_words
),

voices as (
    select
        call_id,
        call_date,
        voice,
        any_value(speaker) as speaker,
        list(token order by word_index) as tokens,
        list(word_index order by word_index) as word_indexes
    from words
    group by call_id, call_date, voice
)

select * from voices
