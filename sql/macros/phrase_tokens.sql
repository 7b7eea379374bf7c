-- name: phrase_tokens
-- question: What are the words of a phrase, as they are compared?
-- grain: one row per phrase
-- key: phrase
-- parameters:
--   phrases (varchar[], required): the phrases
-- columns:
--   phrase: the phrase, as it was given
--   tokens: its words in lower case without punctuation, in order; redactions keep their brackets
-- empty: there are no phrases
-- limits: spoken_words does the same to a word; who changes one changes both
with asked as (
    select distinct unnest(cast(phrases as varchar[])) as phrase
),

tokenised as (
    select
        phrase,
        list_filter(
            list_transform(
                string_split_regex(lower(nfc_normalize(phrase)), '\s+'),
                lambda piece: regexp_replace(piece, '[^\p{L}\p{M}\p{N}\[\]_]', '', 'g')
            ),
            lambda piece: piece <> ''
        ) as tokens
    from asked
)

select * from tokenised
