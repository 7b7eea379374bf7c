-- name: said_phrases
-- question: Where is each of some phrases said? As in: select * from said_phrases(['my account'], 0)
-- grain: one row per phrase and time it is said
-- key: phrase, call_id, voice, first_word
-- parameters:
--   phrases (varchar[], required): the phrases; case and punctuation do not matter
--   slop [words] (integer, required): how many other words of the speaker may stand in between, all together
-- columns:
--   phrase: the phrase, as it was given
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: who says it: agent, customer, speaker_0 ...; null if unknown
--   first_word: word_index of its first word
--   last_word: word_index of its last word
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   last_word_ms [ms]: where its last word begins; null without word times
--   longest_pause_ms [ms]: between two of its words; null for a single word or without word times
--   words: its words as redacted
-- empty: none of the phrases is said, or none holds a letter or digit
-- limits: exact words only, no other forms; the other side's words in between do not break a phrase
with tokenised as (
    select
        phrase,
        tokens as wanted,
        list_transform(tokens, lambda token: len(token)) as lengths
    from phrase_tokens(phrases)
),

-- What is looked for first is the longest token, which is rarely the commonest; with slop the first.
anchored as (
    select
        phrase,
        wanted,
        cast(slop as integer) as slop_words,
        len(wanted) + slop_words as reach,
        if(slop_words > 0, 1, list_position(lengths, list_max(lengths))) as anchor_place,
        wanted[anchor_place] as anchor,
        '^(' || array_to_string(list_transform(wanted, lambda token: regexp_escape(token)), '(?: \S+)*? ')
        || ')(?: |$)' as pattern
    from tokenised
    where len(wanted) > 0
),

placed as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        tokens,
        word_indexes,
        unnest(tokens) as token,
        generate_subscripts(tokens, 1) as place
    from main.voice_tokens -- not a step of that name in the question that asks
),

begun as (
    select
        placed.call_id,
        placed.call_date,
        placed.voice,
        placed.speaker,
        placed.word_indexes,
        placed.place - anchored.anchor_place + 1 as first_place,
        list_slice(placed.tokens, first_place, first_place + anchored.reach - 1) as heard,
        anchored.phrase,
        anchored.wanted,
        anchored.slop_words,
        anchored.pattern
    from placed
    inner join anchored on placed.token = anchored.anchor
    where
        placed.place >= anchored.anchor_place
        and placed.tokens[placed.place - anchored.anchor_place + 1] = anchored.wanted[1]
        and (
            anchored.slop_words > 0
            or placed.tokens[placed.place - anchored.anchor_place + anchored.reach] = anchored.wanted[-1]
        )
),

measured as (
    select
        *,
        case
            when heard = wanted then heard
            when slop_words > 0 and list_has_all(heard, wanted)
                then string_split(nullif(regexp_extract(array_to_string(heard, ' '), pattern, 1), ''), ' ')
        end as said_tokens
    from begun
),

found as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        speaker,
        first_place,
        first_place + len(said_tokens) as end_place,
        list_slice(word_indexes, first_place, end_place - 1) as word_indexes
    from measured
    where said_tokens is not null
),

-- Of those that end with the same word, the shortest.
shortest as (
    select * from found
    qualify
        row_number() over (
            partition by call_date, call_id, voice, phrase, end_place
            order by first_place desc
        ) = 1
),

spread as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        speaker,
        word_indexes[1] as first_word,
        word_indexes[-1] as last_word,
        unnest(word_indexes) as word_index
    from shortest
),

timed as (
    select
        spread.*,
        words.word,
        words.start_ms,
        words.end_ms,
        words.start_ms - lag(words.end_ms) over (
            partition by spread.call_date, spread.call_id, spread.voice, spread.phrase, spread.first_word
            order by spread.word_index
        ) as pause_ms
    from spread
    inner join main.words on spread.call_id = words.call_id and spread.word_index = words.word_index
),

said as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        speaker,
        first_word,
        last_word,
        min(start_ms) as start_ms,
        max(end_ms) as end_ms,
        max(start_ms) as last_word_ms,
        max(pause_ms) as longest_pause_ms,
        string_agg(word, ' ' order by word_index) as words
    from timed
    group by phrase, call_id, call_date, voice, speaker, first_word, last_word
)

select * from said
