-- name: coverage
-- question: In which calls is there speech that got no words?
-- grain: one row per call whose sound was searched for speech
-- key: call_id
-- parameters:
--   at_least_share [0-1] (double, default 0): leave out calls with a smaller share of unheard speech
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   engine: the speech engine
--   duration_ms [ms]: length of the recording
--   speech_ms [ms]: speech found in the sound, all channels together
--   unheard_ms [ms]: how much of it has no word within half a second
--   unheard_share [0-1]: its share of the speech
--   rejected_segments: stretches thrown away as invented on silence or music
-- empty: no call of these days was searched for speech, or none has so much unheard
-- limits: where it is unheard is in calls.unheard_spans; music and voices in the background may count as
--   speech; where the engine gives no word times all speech is unheard
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        engine,
        duration_ms,
        speech_ms,
        unheard_ms,
        rejected_segments
    from calls
    where
        speech_ms is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

shares as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        engine,
        duration_ms,
        speech_ms,
        unheard_ms,
        coalesce(unheard_ms / nullif(speech_ms, 0), 0) as unheard_share,
        rejected_segments
    from calls
),

asked as (
    select * from shares
    where unheard_share >= $at_least_share
)

select * from asked
order by unheard_ms desc, call_id asc
