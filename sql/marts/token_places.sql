-- name: token_places
-- question: In which calls does which voice say a word, and where?
-- grain: one row per token, and call and voice that says it
-- key: token, call_id, voice
-- stored: at landing
-- columns:
--   token: a word in lower case without punctuation; redactions keep their brackets
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   places: where among the call's words as its voices say them one after the other, from 1, in order;
--     call_words says which word that is
--   starts_ms [ms]: where it begins each time, on the recording's clock; null if the engine gives no times
--   durations_ms [ms]: how long it takes each time; null if the engine gives no times
--   texts: how it is written each time, as redacted
-- empty: no call with words has landed
-- limits: placed_phrases() makes phrases of it, said_phrases() shows them among the words of the call
with words as (
    select
        call_id,
        call_date,
        voice,
        token,
        word,
        start_ms,
        cast(end_ms - start_ms as usmallint) as duration_ms,
        cast(
            row_number() over (partition by call_date, call_id order by voice, word_index) as integer
        ) as place
    from spoken_words
),

-- Ordered afterwards: lists that are ordered as they are made take five times as long.
gathered as (
    select
        token,
        call_id,
        call_date,
        voice,
        list_sort(
            list(struct_pack(place := place, start_ms := start_ms, duration_ms := duration_ms, word := word))
        ) as words
    from words
    group by token, call_id, call_date, voice
),

placed as (
    select
        token,
        call_id,
        call_date,
        voice,
        list_transform(words, lambda word: word['place']) as places,
        list_transform(words, lambda word: word['start_ms']) as starts_ms,
        list_transform(words, lambda word: word['duration_ms']) as durations_ms,
        list_transform(words, lambda word: word['word']) as texts
    from gathered
)

select * from placed
