-- name: call_words
-- question: What is said in a call, in a single row?
-- grain: one row per call with words
-- key: call_bucket, call_id
-- stored: at landing
-- columns:
--   call_bucket: a number made of call_date and, in its last 16 bits, of call_id; rows lie in its order, so
--     that a few calls are found without reading the others
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   word_texts: its words as redacted, of all speakers in time order: word_index counts in this list from 0
--   voice_words: the word_index of each word with a letter or digit, one voice after the other; null if there
--     is no such word
-- empty: no call with words has landed
-- limits: what a voice says, and when, is in token_places, whose places count in voice_words from 1;
--   placed_phrases makes the same number: who changes one changes both
with words as (
    select
        call_id,
        call_date,
        word_index,
        word
    from words
),

spoken as (
    select
        call_id,
        voice,
        word_index
    from spoken_words
),

texts as (
    select
        call_id,
        call_date,
        list(word order by word_index) as word_texts
    from words
    group by call_id, call_date
),

voices as (
    select
        call_id,
        list(word_index order by voice, word_index) as voice_words
    from spoken
    group by call_id
),

call_rows as (
    select
        cast(
            coalesce(texts.call_date - date '1970-01-01', 0) * 65536
            + md5_number_lower(texts.call_id) % 65536 as bigint
        ) as call_bucket,
        texts.call_id,
        texts.call_date,
        texts.word_texts,
        voices.voice_words
    from texts
    left join voices on texts.call_id = voices.call_id
)

select * from call_rows
