-- name: phrase_search
-- question: Where is a phrase said, by whom, and in what words around it?
-- grain: one row per time the phrase is said
-- key: call_id, first_word
-- parameters:
--   phrase (varchar, required): the words in their order; case and punctuation do not matter
--   speaker (varchar, default none): only said by this speaker: agent, customer ...
--   pause_s [s] (double, default 2): longest pause between two of its words
--   context_words [words] (integer, default 8): how many words to show before and after it
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: who says it; null if unknown
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   first_word: word_index of its first word
--   last_word: word_index of its last word
--   context: the words around it as redacted, of all speakers in time order
-- empty: the phrase is not said in these days, or holds no letter or digit
-- limits: exact words only, no other forms; the other side's words in between do not break a phrase
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
),

words as (
    select
        call_id,
        word_index,
        word
    from words
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

spoken_words as (
    select
        call_id,
        call_date,
        word_index,
        voice,
        speaker,
        token,
        start_ms,
        end_ms
    from spoken_words
    where
        ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
        and ($speaker is null or speaker = $speaker)
),

tokenised as (
    select
        list_filter(
            list_transform(
                string_split_regex(lower(nfc_normalize($phrase)), '\s+'),
                lambda piece: regexp_replace(piece, '[^\p{L}\p{M}\p{N}\[\]_]', '', 'g')
            ),
            lambda piece: piece <> ''
        ) as tokens
),

phrase as (
    select
        len(tokens) as token_count,
        len(list_distinct(tokens)) as different_tokens,
        unnest(tokens) as token,
        generate_subscripts(tokens, 1) as place
    from tokenised
),

voices_with_all as (
    select
        spoken_words.call_id,
        spoken_words.voice
    from spoken_words
    inner join phrase on spoken_words.token = phrase.token
    group by spoken_words.call_id, spoken_words.voice, phrase.different_tokens
    having count(distinct spoken_words.token) = phrase.different_tokens
),

in_sequence as (
    select
        spoken_words.call_id,
        spoken_words.call_date,
        spoken_words.voice,
        spoken_words.speaker,
        spoken_words.word_index,
        spoken_words.token,
        spoken_words.start_ms,
        spoken_words.end_ms,
        row_number() over said as place_said,
        spoken_words.start_ms - lag(spoken_words.end_ms) over said as pause_ms
    from spoken_words
    inner join voices_with_all
        on spoken_words.call_id = voices_with_all.call_id and spoken_words.voice = voices_with_all.voice
    window said as (partition by spoken_words.call_id, spoken_words.voice order by spoken_words.word_index)
),

joined_up as (
    select
        *,
        coalesce(pause_ms, 0) <= $pause_s * 1000 as follows_on
    from in_sequence
),

-- Words and phrase laid side by side: a full match has every word at the same offset.
matches as (
    select
        joined_up.call_id,
        joined_up.call_date,
        joined_up.voice,
        joined_up.speaker,
        min(joined_up.start_ms) as start_ms,
        max(joined_up.end_ms) as end_ms,
        min(joined_up.word_index) as first_word,
        max(joined_up.word_index) as last_word
    from joined_up
    inner join phrase on joined_up.token = phrase.token
    where phrase.place = 1 or joined_up.follows_on
    group by
        joined_up.call_id,
        joined_up.call_date,
        joined_up.voice,
        joined_up.speaker,
        phrase.token_count,
        joined_up.place_said - phrase.place
    having count(*) = phrase.token_count
),

with_context as (
    select
        *,
        first_word - $context_words as context_from,
        last_word + $context_words as context_to
    from matches
),

contexts as (
    select
        matches.call_id,
        matches.first_word,
        string_agg(words.word, ' ' order by words.word_index) as context
    from with_context as matches
    inner join words
        on
            matches.call_id = words.call_id
            and words.word_index between matches.context_from and matches.context_to
    group by matches.call_id, matches.first_word
),

hits as (
    select
        matches.call_id,
        matches.call_date,
        calls.agent_id,
        calls.queue,
        matches.speaker,
        matches.start_ms,
        matches.end_ms,
        matches.first_word,
        matches.last_word,
        contexts.context
    from matches
    inner join calls on matches.call_id = calls.call_id
    inner join contexts on matches.call_id = contexts.call_id and matches.first_word = contexts.first_word
)

select * from hits
order by call_date, call_id, first_word
