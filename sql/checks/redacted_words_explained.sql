-- name: redacted_words_explained
-- question: Is every redacted word inside a finding that says why?
-- grain: one row per redacted word outside every auto or flagged finding
-- key: call_id, word_index
-- columns:
--   call_id: the call
--   word_index: the word's place in the call
--   entity: what was taken out
-- empty: the promise holds
-- limits: the finding's entity may differ from the word's, where findings overlap
with words as (
    select
        call_id,
        word_index,
        entity
    from words
    where entity is not null
),

redactions as (
    select
        call_id,
        start_word,
        end_word
    from redactions
    where tier in ('auto', 'flagged')
),

unexplained as (
    select
        words.call_id,
        words.word_index,
        words.entity
    from words
    anti join redactions
        on
            words.call_id = redactions.call_id
            and words.word_index >= redactions.start_word
            and words.word_index < redactions.end_word
)

select * from unexplained
