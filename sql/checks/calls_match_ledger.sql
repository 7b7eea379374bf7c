-- name: calls_match_ledger
-- question: Are the landed calls exactly the recordings the ledger says have landed?
-- grain: one row per recording and call that only one of the two knows
-- key: recording_sha256, call_id
-- columns:
--   recording_sha256: SHA-256 of the recording's bytes
--   call_id: the call
--   in_calls: whether the call has landed
--   in_ledger: whether the ledger says so
-- empty: the promise holds
-- limits: compares names, not contents
with calls as (
    select
        recording_sha256,
        call_id
    from calls
),

recordings as (
    select
        recording_sha256,
        call_id
    from recordings
    where state = 'landed'
),

only_in_calls as (
    select
        calls.recording_sha256,
        calls.call_id,
        true as in_calls,
        false as in_ledger
    from calls
    anti join recordings
        on
            calls.recording_sha256 = recordings.recording_sha256
            and calls.call_id is not distinct from recordings.call_id
),

only_in_ledger as (
    select
        recordings.recording_sha256,
        recordings.call_id,
        false as in_calls,
        true as in_ledger
    from recordings
    anti join calls
        on
            recordings.recording_sha256 = calls.recording_sha256
            and recordings.call_id is not distinct from calls.call_id
),

broken as (
    select * from only_in_calls
    union all by name
    select * from only_in_ledger
)

select * from broken
