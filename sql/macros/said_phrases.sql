-- name: said_phrases
-- question: Where is each of some phrases said? As in: select * from said_phrases(['my account'], 0)
-- grain: one row per phrase and time it is said
-- key: phrase, call_id, voice, first_word
-- parameters:
--   phrases (varchar[], required): the phrases; case and punctuation do not matter
--   slop [words] (integer, required): how many other words of the speaker may stand in between, all together
--   since [UTC date] (date, default none): first day of the calls that are read
--   until [UTC date] (date, default none): last day of the calls that are read
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
with places as (
    select * from placed_phrases(phrases, slop, since := since, until := until)
),

voices as (
    select
        call_id,
        voice,
        speaker,
        word_indexes
    from main.voice_words -- not a step of that name in the question that asks
    where (since is null or call_date >= since) and (until is null or call_date <= until)
),

words as (
    select
        call_id,
        word_index,
        word,
        start_ms,
        end_ms
    from main.words
    where (since is null or call_date >= since) and (until is null or call_date <= until)
),

found as (
    select
        places.phrase,
        places.call_id,
        places.call_date,
        places.voice,
        voices.speaker,
        list_slice(voices.word_indexes, places.first_place, places.last_place) as word_indexes
    from places
    inner join voices on places.call_id = voices.call_id and places.voice = voices.voice
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
    from found
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
    inner join words on spread.call_id = words.call_id and spread.word_index = words.word_index
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
