-- name: spoken_words
-- question: Which words can a phrase be searched in, with case and punctuation out of the way?
-- grain: one row per word that holds a letter or a digit
-- key: call_id, word_index
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   word_index: the word's place in the call
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   word: the word as redacted
--   token: the word in lower case without punctuation; redactions keep their brackets
--   start_ms [ms]: where it begins; null if the engine gives no word times
--   end_ms [ms]: where it ends; null if the engine gives no word times
-- empty: no call with words has landed
-- limits: a word written in two ways (twenty-one, twenty one) is two different things
with words as (
    select
        call_id,
        call_date,
        word_index,
        coalesce(speaker, 'channel ' || channel) as voice,
        speaker,
        word,
        start_ms,
        end_ms
    from words
),

tokens as (
    select
        call_id,
        call_date,
        word_index,
        voice,
        speaker,
        word,
        regexp_replace(lower(nfc_normalize(word)), '[^\p{L}\p{M}\p{N}\[\]_]', '', 'g') as token,
        start_ms,
        end_ms
    from words
),

spoken as (
    select * from tokens
    where token <> ''
)

select * from spoken
