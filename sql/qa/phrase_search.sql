-- name: phrase_search
-- question: Where is a phrase said, by whom, and in what words around it?
-- grain: one row per time the phrase is said
-- key: call_id, first_word
-- parameters:
--   phrase (varchar, required): the words in their order; case and punctuation do not matter
--   speaker (varchar, default none): only said by this speaker: agent, customer ...
--   slop [words] (integer, default 0): how many other words of the speaker may stand in between, all together
--   pause_s [s] (double, default 2): longest pause between two of its words
--   context_words [words] (integer, default 8): how many words to show before and after it
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: who says it; null if unknown
--   start_ms [ms]: where its first word begins; null without word times
--   end_ms [ms]: where its last word ends; null without word times
--   first_word: word_index of its first word
--   last_word: word_index of its last word
--   context: the words around it as redacted, of all speakers in time order
-- empty: the phrase is not said in these days, or holds no letter or digit
-- limits: exact words only, no other forms; the other side's words in between do not break a phrase
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
        speaker,
        start_ms,
        end_ms,
        first_word,
        last_word,
        context
    from said_phrases([$phrase], $slop, since := $since, until := $until, around := $context_words)
    where
        ($speaker is null or speaker = $speaker)
        and coalesce(longest_pause_ms, 0) <= $pause_s * 1000
),

hits as (
    select
        said.call_id,
        said.call_date,
        calls.agent_id,
        calls.queue,
        said.speaker,
        said.start_ms,
        said.end_ms,
        said.first_word,
        said.last_word,
        said.context
    from said
    inner join calls on said.call_id = calls.call_id
)

select * from hits
order by call_date, call_id, first_word
