-- name: ledger_states_known
-- question: Is every recording in a known state, with a reason where it did not land?
-- grain: one row per recording that is not
-- key: recording_sha256
-- columns:
--   recording_sha256: SHA-256 of the recording's bytes
--   state: the state it is in
--   has_reason: whether a reason is given
-- empty: the promise holds
-- limits: does not judge the reason
with recordings as (
    select
        recording_sha256,
        state,
        coalesce(trim(reason), '') <> '' as has_reason
    from recordings
),

broken as (
    select * from recordings
    where
        state is null
        or state not in ('found', 'landed', 'skipped', 'quarantined', 'failed')
        or (state in ('skipped', 'quarantined', 'failed') and not has_reason)
)

select * from broken
