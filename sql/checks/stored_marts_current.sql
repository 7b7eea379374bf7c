-- name: stored_marts_current
-- question: Do the marts that are stored say what computing them now would say?
-- grain: one row per mart and call where they do not
-- key: relation, call_id
-- columns:
--   relation: the stored mart
--   call_id: the call
--   stored_rows: rows the mart has of the call
--   computed_rows: rows it should have
-- empty: the promise holds
-- limits: rows are compared by a hash of all their columns; before landing both sides are computed
with stored_rows as (
    select
        'call_measures' as relation,
        call_id,
        hash(call_measures) as rows_hash
    from call_measures
    union all
    select
        'call_monologues' as relation,
        call_id,
        hash(call_monologues) as rows_hash
    from call_monologues
    union all
    select
        'call_quarters' as relation,
        call_id,
        hash(call_quarters) as rows_hash
    from call_quarters
    union all
    select
        'call_speakers' as relation,
        call_id,
        hash(call_speakers) as rows_hash
    from call_speakers
    union all
    select
        'gaps' as relation,
        call_id,
        hash(gaps) as rows_hash
    from gaps
    union all
    select
        'speech_spans' as relation,
        call_id,
        hash(speech_spans) as rows_hash
    from speech_spans
    union all
    select
        'talk_over' as relation,
        call_id,
        hash(talk_over) as rows_hash
    from talk_over
    union all
    select
        'token_calls' as relation,
        call_id,
        hash(token_calls) as rows_hash
    from token_calls
    union all
    select
        'voice_tokens' as relation,
        call_id,
        hash(voice_tokens) as rows_hash
    from voice_tokens
),

computed_rows as (
    select
        'call_measures' as relation,
        call_id,
        hash(call_measures) as rows_hash
    from computed.call_measures
    union all
    select
        'call_monologues' as relation,
        call_id,
        hash(call_monologues) as rows_hash
    from computed.call_monologues
    union all
    select
        'call_quarters' as relation,
        call_id,
        hash(call_quarters) as rows_hash
    from computed.call_quarters
    union all
    select
        'call_speakers' as relation,
        call_id,
        hash(call_speakers) as rows_hash
    from computed.call_speakers
    union all
    select
        'gaps' as relation,
        call_id,
        hash(gaps) as rows_hash
    from computed.gaps
    union all
    select
        'speech_spans' as relation,
        call_id,
        hash(speech_spans) as rows_hash
    from computed.speech_spans
    union all
    select
        'talk_over' as relation,
        call_id,
        hash(talk_over) as rows_hash
    from computed.talk_over
    union all
    select
        'token_calls' as relation,
        call_id,
        hash(token_calls) as rows_hash
    from computed.token_calls
    union all
    select
        'voice_tokens' as relation,
        call_id,
        hash(voice_tokens) as rows_hash
    from computed.voice_tokens
),

stored_calls as (
    select
        relation,
        call_id,
        count(*) as row_count,
        sum(rows_hash) as rows_hash
    from stored_rows
    group by relation, call_id
),

computed_calls as (
    select
        relation,
        call_id,
        count(*) as row_count,
        sum(rows_hash) as rows_hash
    from computed_rows
    group by relation, call_id
),

different as (
    select
        coalesce(stored_calls.relation, computed_calls.relation) as relation,
        coalesce(stored_calls.call_id, computed_calls.call_id) as call_id,
        coalesce(stored_calls.row_count, 0) as stored_rows,
        coalesce(computed_calls.row_count, 0) as computed_rows
    from stored_calls
    full join computed_calls
        on stored_calls.relation = computed_calls.relation and stored_calls.call_id = computed_calls.call_id
    where stored_calls.rows_hash is distinct from computed_calls.rows_hash
)

select * from different
