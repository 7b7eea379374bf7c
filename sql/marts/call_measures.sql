-- name: call_measures
-- question: What was each call like, in the figures that QA compares?
-- grain: one row per landed call
-- key: call_id
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   handle_ms [ms]: length of the recording
--   agent_share [0-1]: the agent's part of what agent and customer speak; null unless both are known to speak
--   dead_air_ms [ms]: silences of 5 s and more between speech, together; null if the words have no times
--   dead_air_share [0-1]: their part of the call; null if the words have no times or nothing was recorded
--   agent_interruptions: how often the agent talks over the customer for 0.5 s; null unless both speak
--   customer_interruptions: how often the customer talks over the agent so long; null unless both speak
--   agent_response_ms [ms]: median silence before the agent's answers, over 30 s left out; null without any
--   customer_sentiment [-1 to 1]: mood of the customer's words; null if not measured
--   agent_sentiment [-1 to 1]: mood of the agent's words; null if not measured
--   low_confidence_share [0-1]: words the engine was unsure of, of all; null without confidences
--   unheard_share [0-1]: speech without a word near it, of all speech; null if nobody has looked
-- empty: no call has landed
-- limits: the thresholds are fixed here; dead_air, interruptions and response_time take others
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        duration_ms,
        word_count,
        agent_talk_ms,
        customer_talk_ms,
        speech_ms,
        unheard_ms,
        mean_confidence,
        low_confidence_words
    from calls
),

speakers as (
    select
        call_id,
        coalesce(bool_or(talk_ms is not null), false) as has_times
    from call_speakers
    group by call_id
),

silences as (
    select
        call_id,
        cast(sum(duration_ms) as bigint) as dead_air_ms
    from gaps
    where place = 'middle' and duration_ms >= 5000
    group by call_id
),

interruptions as (
    select
        call_id,
        count(*) filter (where speaker = 'agent') as by_agent,
        count(*) filter (where speaker = 'customer') as by_customer
    from talk_over
    where
        overlap_ms >= 500
        and speaker in ('agent', 'customer') and interrupted_speaker in ('agent', 'customer')
    group by call_id
),

answers as (
    select
        call_id,
        median(response_ms) as response_ms
    from replies
    where speaker = 'agent' and response_ms <= 30000
    group by call_id
),

-- Adding in a settled order gives the same sum to the last digit, for the check of stored rows.
moods as (
    select
        call_id,
        sum(if(speaker = 'customer', sentiment * rated_words, null) order by call_quarter)
        / sum(if(speaker = 'customer', rated_words, null)) as customer_sentiment,
        sum(if(speaker = 'agent', sentiment * rated_words, null) order by call_quarter)
        / sum(if(speaker = 'agent', rated_words, null)) as agent_sentiment
    from call_quarters
    where rated_words > 0
    group by call_id
),

known as (
    select
        calls.*,
        calls.agent_talk_ms > 0 and calls.customer_talk_ms > 0 as both_speak,
        calls.word_count = 0 or coalesce(speakers.has_times, false) as has_times
    from calls
    left join speakers on calls.call_id = speakers.call_id
),

measures as (
    select
        known.call_id,
        known.call_date,
        known.agent_id,
        known.queue,
        known.duration_ms as handle_ms,
        if(known.both_speak, known.agent_talk_ms / (known.agent_talk_ms + known.customer_talk_ms), null)
            as agent_share,
        if(known.has_times, coalesce(silences.dead_air_ms, 0), null) as dead_air_ms,
        if(known.has_times, coalesce(silences.dead_air_ms, 0) / nullif(known.duration_ms, 0), null)
            as dead_air_share,
        if(known.both_speak, coalesce(interruptions.by_agent, 0), null) as agent_interruptions,
        if(known.both_speak, coalesce(interruptions.by_customer, 0), null) as customer_interruptions,
        answers.response_ms as agent_response_ms,
        moods.customer_sentiment,
        moods.agent_sentiment,
        if(known.mean_confidence is null, null, known.low_confidence_words / nullif(known.word_count, 0))
            as low_confidence_share,
        known.unheard_ms / nullif(known.speech_ms, 0) as unheard_share
    from known
    left join silences on known.call_id = silences.call_id
    left join interruptions on known.call_id = interruptions.call_id
    left join answers on known.call_id = answers.call_id
    left join moods on known.call_id = moods.call_id
)

select * from measures
