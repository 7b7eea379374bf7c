-- name: findings_taken_out
-- question: Is every word of every auto or flagged finding redacted?
-- grain: one row per finding with a word left in, missing, or without words and time
-- key: finding_id
-- columns:
--   finding_id: the finding
--   call_id: the call
--   entity: what was found
--   start_word: word_index of its first word
--   end_word: word_index after its last word
--   redacted_words: how many of its words are redacted
-- empty: the promise holds
-- limits: findings a person rejected are passed over, for their words may be back
with redactions as (
    select
        finding_id,
        call_id,
        entity,
        start_word,
        end_word,
        start_ms
    from redactions
    where
        tier in ('auto', 'flagged')
        and review_status is distinct from 'rejected'
),

redacted_words as (
    select
        call_id,
        word_index
    from words
    where entity is not null
),

covered as (
    select
        redactions.finding_id,
        redactions.call_id,
        redactions.entity,
        redactions.start_word,
        redactions.end_word,
        redactions.start_ms,
        count(redacted_words.word_index) as redacted_words
    from redactions
    left join redacted_words
        on
            redactions.call_id = redacted_words.call_id
            and redactions.start_word <= redacted_words.word_index
            and redactions.end_word > redacted_words.word_index
    group by
        redactions.finding_id,
        redactions.call_id,
        redactions.entity,
        redactions.start_word,
        redactions.end_word,
        redactions.start_ms
),

broken as (
    select
        finding_id,
        call_id,
        entity,
        start_word,
        end_word,
        redacted_words
    from covered
    where
        (start_word is null and start_ms is null)
        or (start_word is null) <> (end_word is null)
        or end_word <= start_word
        or redacted_words <> end_word - start_word
)

select * from broken
