-- name: said_phrases
-- question: Where is each of some phrases said, among which words? As in: select * from
--   said_phrases(['my account'], 0)
-- grain: one row per phrase and time it is said
-- key: phrase, call_id, voice, first_word
-- parameters:
--   phrases (varchar[], required): the phrases; case and punctuation do not matter
--   slop [words] (integer, required): how many other words of the speaker may stand in between, all together
--   since [UTC date] (date, default none): first day of the calls that are read
--   until [UTC date] (date, default none): last day of the calls that are read
--   around [words] (integer, default none): how many words before and after it the column context shows
-- columns:
--   phrase: the phrase, as it was given
--   call_bucket: the number by which call_words is sorted
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: who says it: agent, customer, speaker_0 ...; null if unknown
--   first_word: word_index of its first word
--   last_word: word_index of its last word
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   last_word_ms [ms]: where its last word begins; null without word times
--   longest_pause_ms [ms]: between two of its words, where others stand in between a pause's even share of
--     the time; null for a single word or without word times
--   words: its words as redacted, with those of the speaker in between
--   context: the words around it as redacted, of all speakers in time order; null unless around is given
-- empty: none of the phrases is said, or none holds a letter or digit
-- limits: exact words only, no other forms; the other side's words in between do not break a phrase
with places as (
    select * from placed_phrases(phrases, slop, since := since, until := until)
),

calls as (
    select
        call_bucket,
        call_id,
        word_texts,
        voice_words
    from main.call_words -- not a step of that name in the question that asks
    where (since is null or call_date >= since) and (until is null or call_date <= until)
),

found as (
    select
        places.phrase,
        places.call_bucket,
        places.call_id,
        places.call_date,
        places.voice,
        places.speaker,
        places.first_place,
        places.last_place,
        places.start_ms,
        places.end_ms,
        places.last_word_ms,
        places.longest_pause_ms,
        calls.word_texts,
        calls.voice_words
    from places
    inner join calls on places.call_bucket = calls.call_bucket and places.call_id = calls.call_id
),

-- A list counts from 1, word_index from 0.
numbered as (
    select
        *,
        list_transform(voice_words[first_place:last_place], lambda word_index: word_index + 1) as numbers
    from found
),

said as (
    select
        phrase,
        call_bucket,
        call_id,
        call_date,
        voice,
        speaker,
        numbers[1] - 1 as first_word,
        numbers[-1] - 1 as last_word,
        start_ms,
        end_ms,
        last_word_ms,
        longest_pause_ms,
        array_to_string(list_select(word_texts, numbers), ' ') as words,
        if(
            around is not null,
            array_to_string(word_texts[greatest(numbers[1] - around, 1):numbers[-1] + around], ' '),
            null
        ) as context
    from numbered
)

select * from said
