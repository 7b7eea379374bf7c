-- name: placed_phrases
-- question: Where among the words of a call's voices is each of some phrases? As in: select * from
--   placed_phrases(['my account'], 0)
-- grain: one row per phrase and time it is said
-- key: phrase, call_id, voice, first_place
-- parameters:
--   phrases (varchar[], required): the phrases; case and punctuation do not matter
--   slop [words] (integer, required): how many other words of the speaker may stand in between, all together
--   since [UTC date] (date, default none): first day of the calls that are read
--   until [UTC date] (date, default none): last day of the calls that are read
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
-- empty: none of the phrases is said, or none holds a letter or digit
-- limits: exact words only, no other forms; said_phrases() gives words and times; call_words makes the same
--   call_bucket
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
        places
    from main.token_places -- not a step of that name in the question that asks
    where (since is null or call_date >= since) and (until is null or call_date <= until)
),

heard as materialized (
    select
        wanted.phrase,
        wanted.token_count,
        wanted.number,
        placed.call_id,
        placed.call_date,
        placed.voice,
        placed.places
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
        begun.first_place
    from begun
    inner join heard
        on begun.phrase = heard.phrase and begun.call_id = heard.call_id and begun.voice = heard.voice
),

near as (
    select
        phrase,
        token_count,
        number,
        call_id,
        call_date,
        voice,
        first_place,
        first_place + number - 1 as soonest_place,
        if(number = 1, 0, slop) as words_between,
        case
            when words_between > 0
                then list_filter(
                    places, lambda place: place between soonest_place and soonest_place + words_between
                )
            when list_contains(places, soonest_place) then [soonest_place]
        end as near_places
    from followed
    where len(near_places) > 0
),

-- Ordered afterwards: a list that is ordered as it is made takes twenty times as long.
together as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        list_sort(list(struct_pack(number := number, near_places := near_places))) as tokens
    from near
    group by phrase, call_id, call_date, voice, first_place, token_count
    having count(*) = token_count
),

near_in_order as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        list_transform(tokens, lambda token: token['near_places']) as near_places
    from together
),

-- From the first word on, each time the next place at which the next word is said. (sqlfluff cannot read a
-- lambda of two.)
ended as (
    select
        phrase,
        call_id,
        call_date,
        voice,
        first_place,
        list_reduce( -- noqa: PRS
            near_places[2:],
            lambda reached, next: [list_filter(next, lambda place: place > reached[1])[1]],
            [first_place]
        )[1] as last_place
    from near_in_order
),

-- Of those that end with the same word, the shortest.
shortest as (
    select
        struct_pack(
            phrase := phrase,
            call_id := call_id,
            call_date := call_date,
            voice := voice,
            first_place := first_place,
            last_place := last_place
        ) as place
    from ended
    where last_place is not null
    qualify
        row_number() over (
            partition by call_date, call_id, voice, phrase, last_place
            order by first_place desc
        ) = 1
),

-- By way of a list, out of which DuckDB expects few rows: who joins call_words to them then reads only its
-- row groups that hold some, and never has all of its lists in memory.
gathered as (
    select unnest(list(place)) as place
    from shortest
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
        place['last_place'] as last_place
    from gathered
)

select * from placed_phrases
