-- name: token_calls
-- question: In which calls is a word said?
-- grain: one row per token and call in which it is said
-- key: token, call_id
-- stored: at landing
-- columns:
--   token: a word in lower case without punctuation; redactions keep their brackets
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no call with words has landed
-- limits: who says it, how often and where is in voice_tokens and words
with voices as (
    select
        call_id,
        call_date,
        tokens
    from voice_tokens
),

said as (
    select distinct
        unnest(tokens) as token,
        call_id,
        call_date
    from voices
)

select * from said
