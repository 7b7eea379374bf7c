-- name: one_landed_recording_per_call
-- question: Does every landed recording name a call that no other landed recording names?
-- grain: one row per call_id named by several landed recordings, or null if some name none
-- key: call_id
-- columns:
--   call_id: the call; null if none is named
--   landed_recordings: landed recordings that name it
-- empty: the promise holds
-- limits: recordings that did not land may name any call
with recordings as (
    select call_id
    from recordings
    where state = 'landed'
),

broken as (
    select
        call_id,
        count(*) as landed_recordings
    from recordings
    group by call_id
    having count(*) > 1 or call_id is null
)

select * from broken
