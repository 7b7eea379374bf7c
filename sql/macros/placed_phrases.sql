-- name: placed_phrases
-- question: Where and when among the words of a call's voices is each of some phrases? As in: select * from
--   placed_phrases(['my account'], 0)
-- grain: one row per phrase and time it is said
-- key: phrase, call_id, voice, first_place
-- parameters:
--   phrases (varchar[], required): the phrases; case and punctuation do not matter
--   slop [words] (integer, required): how many other words of the speaker may stand in between, all together
--   since [UTC date] (date, default none): first day of the calls that are read
--   until [UTC date] (date, default none): last day of the calls that are read
--   speakers (varchar[], default none): who says it; none for everyone
--   worded (boolean, default false): whether words are told
--   within_ms [ms] (double, default none): by when its last word must have begun; none for any time, and for
--     calls without word times
-- columns:
--   phrase: the phrase, as it was given
--   call_bucket: the number by which call_words is sorted
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: who says it: agent, customer, speaker_0 ...; null if unknown
--   first_place: where among the call's words as its voices say them one after the other it begins, from 1;
--     call_words says which word that is
--   last_place: where among them it ends
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   last_word_ms [ms]: where its last word begins; null without word times
--   longest_pause_ms [ms]: between two of its words, where others stand in between a pause's even share of
--     the time; null for a single word or without word times
--   words: its own words as redacted, with ... for others in between; null unless worded
-- empty: none of the phrases is said, or none holds a letter or digit
-- limits: exact words only, no other forms; said_phrases() gives the words in between and around as
--   well; call_words makes the same call_bucket
with wanted as (
    select
        phrase,
        len(tokens) as token_count,
        unnest(tokens) as token,
        cast(generate_subscripts(tokens, 1) as integer) as number
    from phrase_tokens(phrases)
),

placed as (
    select
        token,
        call_id,
        call_date,
        voice,
        places,
        starts_ms,
        durations_ms,
        if(worded, texts, null) as texts
    from main.token_places -- not a step of that name in the question that asks
    where
        (since is null or call_date >= since) and (until is null or call_date <= until)
        and (speakers is null or list_contains(speakers, voice))
        and (within_ms is null or starts_ms[1] <= within_ms)
),

heard as materialized (
    select
        wanted.phrase,
        wanted.token_count,
        wanted.number,
        placed.call_id,
        placed.call_date,
        placed.voice,
        placed.places,
        placed.starts_ms,
        placed.durations_ms,
        placed.texts
    from placed
    inner join wanted on placed.token = wanted.token
),

counted as (
    select
        phrase,
        number,
        count(*) as voices
    from heard
    group by phrase, number
),

-- What is looked for first is the word that the fewest voices say.
anchors as (
    select
        phrase,
        number
    from counted
    qualify row_number() over (partition by phrase order by voices asc, number asc) = 1
),

anchored as (
    select
        heard.phrase,
        heard.call_id,
        heard.voice,
        unnest(heard.places) - heard.number + 1 as latest_place
    from heard
    inner join anchors on heard.phrase = anchors.phrase and heard.number = anchors.number
),

-- With slop the phrase may begin earlier.
earlier as (
    select unnest(range(slop + 1)) as words
),

begun as (
    select distinct
        anchored.phrase,
        anchored.call_id,
        anchored.voice,
        anchored.latest_place - earlier.words as first_place
    from anchored
    cross join earlier
),

followed as (
    select
        heard.phrase,
        heard.token_count,
        heard.number,
        heard.call_id,
        heard.call_date,
        heard.voice,
        heard.places,
        heard.starts_ms,
        heard.durations_ms,
        heard.texts,
        begun.first_place
    from begun
    inner join heard
        on begun.phrase = heard.phrase and begun.call_id = heard.call_id and begun.voice = heard.voice
),

-- Which of the times the speaker says the word may belong to the phrase.
near as (
    select
        phrase,
        token_count,
        number,
        call_id,
        call_date,
        voice,
        first_place,
        places,
        starts_ms,
        durations_ms,
        texts,
        first_place + number - 1 as soonest_place,
        if(number = 1, 0, slop) as words_between,
        case
            when words_between > 0
                then list_filter(
                    range(1, len(places) + 1),
                    lambda time: places[time] between soonest_place and soonest_place + words_between
                )
            when list_contains(places, soonest_place) then [list_position(places, soonest_place)]
        end as times
    from followed
    where len(times) > 0
),

-- Most begin a phrase and do not end it; the others' words are gathered for them alone.
complete as (
    select
        phrase,
        call_id,
        voice,
        first_place
    from near
    group by phrase, call_id, voice, first_place, token_count
    having count(*) = token_count
),

completed as (
    select near.*
    from near
    inner join complete
        on
            near.phrase = complete.phrase and near.call_id = complete.call_id
            and near.voice = complete.voice and near.first_place = complete.first_place
),

near_words as (
    select
        phrase,
        number,
        call_id,
        call_date,
        voice,
        first_place,
        list_transform(
            times,
            lambda time: struct_pack(
                place := places[time],
                start_ms := starts_ms[time],
                end_ms := starts_ms[time] + durations_ms[time],
                text := texts[time]
            )
        ) as words
    from completed
),

-- Ordered afterwards: a list that is ordered as it is made takes twenty times as long.
together as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        list_sort(list(struct_pack(number := number, words := words))) as tokens
    from near_words
    group by phrase, call_id, call_date, voice, first_place
),

near_in_order as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        list_transform(tokens, lambda token: token['words']) as near_words
    from together
),

-- From the first word on, each time the next place at which the next word is said. (sqlfluff cannot read a
-- lambda of two.)
own as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        if(
            slop = 0,
            list_transform(near_words, lambda words: words[1]),
            list_reduce( -- noqa: LT01
                near_words[2:], -- noqa: PRS
                lambda reached, next: list_concat(
                    reached, list_filter(next, lambda word: word['place'] > reached[-1]['place'])[1:1]
                ),
                near_words[1]
            )
        ) as words,
        words[-1]['place'] as last_place
    from near_in_order
    where len(words) = len(near_words)
),

-- Of those that end with the same word, the shortest.
shortest as (
    select * from own
    qualify
        row_number() over (
            partition by call_date, call_id, voice, phrase, last_place
            order by first_place desc
        ) = 1
),

timed as (
    select
        struct_pack(
            phrase := phrase,
            call_id := call_id,
            call_date := call_date,
            voice := voice,
            first_place := first_place,
            last_place := last_place,
            start_ms := list_min(list_transform(words, lambda word: word['start_ms'])),
            end_ms := list_max(list_transform(words, lambda word: word['end_ms'])),
            last_word_ms := list_max(list_transform(words, lambda word: word['start_ms'])),
            longest_pause_ms := list_max(
                list_transform(
                    range(2, len(words) + 1),
                    lambda number: (words[number]['start_ms'] - words[number - 1]['end_ms'])
                    // (words[number]['place'] - words[number - 1]['place'])
                )
            ),
            words := if(
                worded,
                array_to_string(
                    list_transform(
                        range(1, len(words) + 1),
                        lambda number: if(
                            words[number]['place'] > words[number - 1]['place'] + 1, '... ', ''
                        ) || words[number]['text']
                    ),
                    ' '
                ),
                null
            )
        ) as place
    from shortest
),

-- By way of a list, out of which DuckDB expects few rows: who joins call_words to them then reads only its
-- row groups that hold some, and never has all of its lists in memory.
gathered as (
    select unnest(list(place)) as place
    from timed
    where within_ms is null or place['last_word_ms'] <= within_ms
),

placed_phrases as (
    select
        place['phrase'] as phrase,
        cast(
            coalesce(place['call_date'] - date '1970-01-01', 0) * 65536
            + md5_number_lower(place['call_id']) % 65536 as bigint
        ) as call_bucket,
        place['call_id'] as call_id,
        place['call_date'] as call_date,
        place['voice'] as voice,
        if(starts_with(place['voice'], 'channel '), null, place['voice']) as speaker,
        place['first_place'] as first_place,
        place['last_place'] as last_place,
        place['start_ms'] as start_ms,
        place['end_ms'] as end_ms,
        place['last_word_ms'] as last_word_ms,
        place['longest_pause_ms'] as longest_pause_ms,
        place['words'] as words
    from gathered
)

select * from placed_phrases
