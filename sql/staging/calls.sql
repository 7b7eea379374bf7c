-- name: calls
-- question: Which calls have landed, and what was each like?
-- grain: one row per landed call
-- key: call_id
-- columns:
--   call_id: the call
--   recording_sha256: SHA-256 of the recording's bytes
--   source_uri_masked: where the recording came from, with what may be personal masked
--   started_at [UTC]: when the call began; null if unknown
--   call_date [UTC date]: the day of started_at; null if unknown
--   duration_ms [ms]: length of the recording
--   channel_count: channels in the recording
--   channel_verdict: mono, two_speakers, dual_mono, dead_leg, bleed, silent or multichannel
--   speaker_source: how the speakers were told apart; null if they were not
--   speaker_doubt: why the speakers may be wrong; null without doubt
--   agent_id: the agent; null if unknown
--   queue: the queue or skill the call came through; null if unknown
--   customer_key: keyed hash of the customer's id, never the id; null if unknown
--   metadata [JSON]: the sidecar's other fields, as redacted
--   engine: the speech engine
--   model: the engine's model
--   language: language of the words, as the engine heard it or else as it was told; null if neither
--   recipe_id: names the settings and versions that made these rows
--   word_count: words in the call
--   agent_talk_ms [ms]: time the agent speaks
--   customer_talk_ms [ms]: time the customer speaks
--   other_talk_ms [ms]: time others and unknown speakers speak
--   silence_ms [ms]: time nobody speaks
--   overlap_ms [ms]: time two or more speak at once
--   speech_ms [ms]: speech found in the sound, all channels together; null if nobody has looked
--   unheard_ms [ms]: how much of it has no word within half a second; null if nobody has looked
--   unheard_spans [JSON]: where: start and end in ms of each stretch of a second and more; null if nobody has
--     looked
--   mean_confidence [0-1]: mean over the words; null if the engine gives none
--   low_confidence_words: words the engine was unsure of, by the landing's fixed threshold
--   redaction_count: findings taken out of the call
--   rejected_segments: stretches thrown away as invented on silence or music
--   billed_ms [ms]: audio the engine charged for
--   cost_usd [USD]: what the engine charged
--   landed_at [UTC]: when these rows were written
--   audio_path: the redacted copy of the recording, below the lake's folder; null if none is kept
--   audio_sha256: SHA-256 of that copy's bytes; null if none is kept
--   muted_ms [ms]: time for which at least one channel of it is muted; null if none is kept
-- empty: no call has landed
-- limits: talk times are only as good as the engine's word times
select
    call_id,
    recording_sha256,
    source_uri_masked,
    started_at,
    call_date,
    duration_ms,
    channel_count,
    channel_verdict,
    speaker_source,
    speaker_doubt,
    agent_id,
    queue,
    customer_key,
    metadata,
    engine,
    model,
    language,
    recipe_id,
    word_count,
    agent_talk_ms,
    customer_talk_ms,
    other_talk_ms,
    silence_ms,
    overlap_ms,
    speech_ms,
    unheard_ms,
    unheard_spans,
    mean_confidence,
    low_confidence_words,
    redaction_count,
    rejected_segments,
    billed_ms,
    cost_usd,
    landed_at,
    audio_path,
    audio_sha256,
    muted_ms
from stored.calls
