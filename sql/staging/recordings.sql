-- name: recordings
-- question: What became of each recording that was ever seen?
-- grain: one row per recording, named by its bytes
-- key: recording_sha256
-- columns:
--   recording_sha256: SHA-256 of the recording's bytes; of an erased one a keyed hash of that, `erased-...`
--   call_id: the call it became; of an erased one a keyed hash of its id
--   source_uri_masked: where it was seen, with what may be personal masked
--   state: found, landed, skipped, quarantined or failed
--   reason: why it was skipped, quarantined or failed, in plain words
--   stage: the step it reached
--   attempts: how often it was tried
--   size_bytes [bytes]: size of the file
--   duration_ms [ms]: length of the sound; null if it could not be read
--   metadata_problems: what could not be read of its metadata; null if nothing
--   first_seen_at [UTC]: when it was first found
--   updated_at [UTC]: when this row last changed
--   run_id: the run, or the erasure, that last changed it
--   customer_key: keyed hash of the customer's id; null if unknown or erased
-- empty: nothing has been ingested
-- limits: a renamed or copied file is the same recording and has one row
select
    recording_sha256,
    call_id,
    source_uri_masked,
    state,
    reason,
    stage,
    attempts,
    size_bytes,
    duration_ms,
    metadata_problems,
    first_seen_at,
    updated_at,
    run_id,
    customer_key
from stored.recordings
