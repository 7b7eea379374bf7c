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
-- empty: no call with words has landed
-- limits: said_phrases() makes phrases of it, with words and times
with words as (
    select
        call_id,
        call_date,
        voice,
        token,
        cast(
            row_number() over (partition by call_date, call_id order by voice, word_index) as integer
        ) as place
    from spoken_words
),

placed as (
    select
        token,
        call_id,
        call_date,
        voice,
        list(place order by place) as places
    from words
    group by token, call_id, call_date, voice
)

select * from placed
