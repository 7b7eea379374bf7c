-- name: items_for_review
-- question: Which findings, random samples and stretches of unheard speech should a person look at?
-- grain: one row per finding, turn or stretch of speech to look at
-- key: kind, call_id, finding_id, start_word, start_ms
-- parameters:
--   sample_share [0-1] (double, default 0.01): so many of the sure findings, and of the turns without any
--   at_least_unheard_ms [ms] (integer, default 3000): calls with less speech that got no words do not count;
--     of others each stretch of so much is shown, or else the longest
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   kind: finding (flagged, or left in until decided), sample_redacted, sample_untouched, or doubtful for
--     speech that got no words
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   finding_id: the finding; null for a turn or unheard speech
--   entity: what was found; null for a turn or unheard speech
--   tier: auto, flagged or review; null for a turn or unheard speech
--   reason: why it was found; unheard for speech without words
--   score [0-1]: how sure the detector was; of unheard speech the share of the call's speech with words; null
--     for a turn
--   start_word: word_index of its first word; null for unheard speech
--   end_word: word_index after its last word; null for unheard speech
--   start_ms [ms]: where it begins; null if the engine gives no word times, or nobody noted where it is
--   end_ms [ms]: where it ends; null as above
--   decided: whether the lake has a decision about the finding
-- empty: no finding is in doubt, all speech got words, and the samples are empty
-- limits: a sample holds the same rows whenever it is asked for with the same share, by hashes of
--   ids, and its turns lie far apart in a call; words that the engine was unsure of are in words_for_review
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        speech_ms,
        unheard_ms,
        unheard_spans
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

findings as (
    select
        if(tier = 'auto', 'sample_redacted', 'finding') as kind,
        call_id,
        finding_id,
        entity,
        tier,
        reason,
        score,
        start_word,
        end_word,
        start_ms,
        end_ms,
        coalesce(review_status not in ('pending', 'not_needed'), false) as decided
    from redactions
    where
        ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
        and (
            tier in ('flagged', 'review')
            or (
                reason <> 'person'
                and md5_number_lower(finding_id) < $sample_share * 18446744073709551616.0
            )
        )
),

spoken_turns as (
    select
        call_id,
        turn_index,
        start_ms,
        end_ms
    from turns
    where
        word_count > 0
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

sample_starts as (
    select
        call_id,
        cast(md5_number_lower(call_id) % 4294967296 as bigint) as sample_start
    from calls
),

-- Steps of the golden ratio from where the call's hash begins: as even over a call as a sample can be, and
-- one hash for each call instead of one for each turn.
placed_turns as (
    select
        spoken_turns.*,
        (sample_starts.sample_start + spoken_turns.turn_index * 2654435761) % 4294967296 as place_in_sample
    from spoken_turns
    inner join sample_starts on spoken_turns.call_id = sample_starts.call_id
),

sampled_turns as (
    select *
    from placed_turns
    where place_in_sample < $sample_share * 4294967296.0
),

-- A turn is known by its first word here: who marks words counts words.
words_of_turns as (
    select
        call_id,
        turn_index,
        start_word,
        end_word
    from turn_words
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

spans as (
    select
        sampled_turns.call_id,
        words_of_turns.start_word,
        words_of_turns.end_word,
        sampled_turns.start_ms,
        sampled_turns.end_ms
    from sampled_turns
    inner join words_of_turns
        on
            sampled_turns.call_id = words_of_turns.call_id
            and sampled_turns.turn_index = words_of_turns.turn_index
),

untouched as (
    select
        'sample_untouched' as kind,
        spans.call_id,
        spans.start_word,
        spans.end_word,
        spans.start_ms,
        spans.end_ms,
        false as decided
    from spans
    anti join redactions
        on
            spans.call_id = redactions.call_id
            and spans.start_word < redactions.end_word
            and spans.end_word > redactions.start_word
),

unheard_calls as (
    select
        call_id,
        1 - unheard_ms / nullif(speech_ms, 0) as score,
        from_json(coalesce(unheard_spans, '[]'), '[["integer"]]') as spans
    from calls
    where unheard_ms >= $at_least_unheard_ms
),

stretches as (
    select
        call_id,
        score,
        unnest(if(len(spans) = 0, [null], spans)) as span
    from unheard_calls
),

unheard as (
    select
        'doubtful' as kind,
        call_id,
        'unheard' as reason,
        score,
        span[1] as start_ms,
        span[2] as end_ms,
        false as decided
    from stretches
    qualify
        span[2] - span[1] >= $at_least_unheard_ms
        or row_number() over (
            partition by call_id
            order by span[2] - span[1] desc nulls last, span[1] asc
        ) = 1
),

asking as (
    select * from findings
    union all by name
    select * from untouched
    union all by name
    select * from unheard
),

for_review as (
    select
        asking.kind,
        asking.call_id,
        calls.call_date,
        calls.agent_id,
        calls.queue,
        asking.finding_id,
        asking.entity,
        asking.tier,
        asking.reason,
        asking.score,
        asking.start_word,
        asking.end_word,
        asking.start_ms,
        asking.end_ms,
        asking.decided
    from asking
    inner join calls on asking.call_id = calls.call_id
)

select * from for_review
order by kind, call_id, start_word, start_ms, finding_id
