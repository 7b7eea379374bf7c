-- name: forbidden_phrases
-- question: Where does an agent say what must not be said?
-- grain: one row per forbidden phrase and time it is said
-- key: call_id, first_word, phrase
-- parameters:
--   phrases (varchar[], default i guarantee; i promise you; calm down; not my problem; shut up):
--     what must not be said, separated by semicolons; case and punctuation do not matter
--   speaker (varchar, default agent): by whom: agent, customer ...; empty for anybody
--   slop [words] (integer, default 0): how many other words of the speaker may stand in between
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   phrase: the phrase, as it was given
--   speaker: who says it; null if unknown
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   first_word: word_index of its first word
--   words: what is said, as redacted
-- empty: nobody says any of it in these days
-- limits: exact words only; who may be quoting somebody counts as saying it
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
),

said as (
    select
        call_id,
        call_date,
        phrase,
        speaker,
        start_ms,
        end_ms,
        first_word,
        words
    from said_phrases($phrases, $slop, since := $since, until := $until)
    where
        coalesce(longest_pause_ms, 0) <= 2000
        and ($speaker = '' or speaker = $speaker)
),

found as (
    select
        said.call_id,
        said.call_date,
        calls.agent_id,
        calls.queue,
        said.phrase,
        said.speaker,
        said.start_ms,
        said.end_ms,
        said.first_word,
        said.words
    from said
    inner join calls on said.call_id = calls.call_id
)

select * from found
order by call_date, call_id, first_word, phrase
