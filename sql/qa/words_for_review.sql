-- name: words_for_review
-- question: Which stretches of words should a person listen to, because the engine was unsure of all of them?
-- grain: one row per run of unsure words side by side in one turn
-- key: call_id, first_word
-- parameters:
--   below [0-1] (double, default 0.5): a word is unsure under this confidence
--   at_least_words [words] (integer, default 2): shorter runs do not count
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   first_word: word_index of the run's first word
--   last_word: word_index of its last
--   start_ms [ms]: where it begins; null if the engine gives no word times
--   end_ms [ms]: where it ends; null if the engine gives no word times
--   unsure_words: how many words
--   mean_confidence [0-1]: mean over them
--   heard: the words as the engine heard them
-- empty: no engine was that unsure in these days, or none gives confidences
-- limits: redacted words end a run, for there is nothing left to mend; speech that got no words at all is in
--   items_for_review
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

-- Of runs that unsure_words does not have all words are read: it stops at 0.7 and has none that stand alone.
unsure as (
    select
        call_id,
        call_date,
        turn_index,
        speaker,
        word_index,
        word,
        start_ms,
        end_ms,
        confidence
    from unsure_words
    where
        $below <= 0.7 and $at_least_words > 1 and confidence < $below
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
    union all by name
    select
        call_id,
        call_date,
        turn_index,
        speaker,
        word_index,
        word,
        start_ms,
        end_ms,
        confidence
    from words
    where
        ($below > 0.7 or $at_least_words <= 1) and confidence < $below and entity is null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

beside as (
    select
        *,
        lag(word_index) over in_turn = word_index - 1 as goes_on,
        lead(word_index) over in_turn = word_index + 1 as is_continued
    from unsure
    window in_turn as (
        partition by call_id, turn_index
        order by word_index
    )
),

-- Most unsure words stand alone: to leave them here spares numbering and joining them.
numbered as (
    select
        *,
        word_index - row_number() over (partition by call_id, turn_index order by word_index) as run_number
    from beside
    where goes_on or is_continued or $at_least_words <= 1
),

runs as (
    select
        call_id,
        call_date,
        any_value(speaker) as speaker,
        min(word_index) as first_word,
        max(word_index) as last_word,
        min(start_ms) as start_ms,
        max(end_ms) as end_ms,
        count(*) as unsure_words,
        avg(confidence) as mean_confidence,
        string_agg(word, ' ' order by word_index) as heard
    from numbered
    group by call_id, call_date, turn_index, run_number
    having count(*) >= $at_least_words
),

for_review as (
    select
        runs.call_id,
        runs.call_date,
        calls.agent_id,
        calls.queue,
        runs.speaker,
        runs.first_word,
        runs.last_word,
        runs.start_ms,
        runs.end_ms,
        runs.unsure_words,
        runs.mean_confidence,
        runs.heard
    from runs
    inner join calls on runs.call_id = calls.call_id
)

select * from for_review
order by unsure_words desc, call_id asc, first_word asc
