-- name: recordings_unique
-- question: Does every recording stand in the ledger once?
-- grain: one row per recording that stands there more than once
-- key: recording_sha256
-- columns:
--   recording_sha256: SHA-256 of the recording's bytes
--   copies: rows it has
-- empty: the promise holds
-- limits: two files with one sound but different bytes are two recordings
with recordings as (
    select recording_sha256
    from recordings
),

repeated as (
    select
        recording_sha256,
        count(*) as copies
    from recordings
    group by recording_sha256
    having count(*) > 1
)

select * from repeated
