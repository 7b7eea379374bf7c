-- name: redacted_words_marked
-- question: Does a word read [ENTITY], with its number or pseudonym, exactly when that was taken out there?
-- grain: one row per word where it does not
-- key: call_id, word_index
-- columns:
--   call_id: the call
--   word_index: the word's place in the call
--   entity: what was taken out; null if nothing
-- empty: the promise holds
-- limits: the word itself is not shown, for it may be what should have been taken out
with words as (
    select
        call_id,
        word_index,
        word,
        entity
    from words
),

broken as (
    select
        call_id,
        word_index,
        entity
    from words
    where
        regexp_replace(word, '_([0-9]+|[0-9a-f]{12})\]$', ']') is distinct from '[' || entity || ']'
        and (
            entity is not null
            or word is null
            or regexp_full_match(word, '\[[A-Z][A-Z0-9_]*(_[0-9a-f]{12})?\]')
        )
)

select * from broken
