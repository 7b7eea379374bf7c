"""Words around names: what introduces one, what is never one, and how a name ends."""

from __future__ import annotations

NEVER = frozenset(
    "a an the i you he she it we they me him her us them my your his its our their this that these those is am are "
    "was were be been being do does did doing have has had having would can could shall should might must and or "
    "but if then so because as of at by for with about to from in on off out over under again here there when where "
    "why how all any both each few more most other some such no nor not only own same than too very just don't now "
    "yes yeah yep yup nope okay ok sure please thanks thank hello hi hey um uh er erm mm hmm well right calling call "
    "called speaking account card yesterday today tomorrow tonight earlier later ago week weeks month months year years friday monday tuesday wednesday thursday saturday sunday number name names phone email address help today good morning afternoon "
    "evening night day one two three four five six seven eight nine ten looking trying having going gonna wanting "
    "still also back done fine great getting like need want wanted know think mean sorry actually got get let make "
    "sir ma'am madam mam born what's where's how's who's there's let's regarding who what which it's that's i'm i've "
    "i'd i'll he's she's they're we're you're you've customer service services support billing sales team department "
    "company agent representative uh-huh mhm huh gosh god oh really son daughter husband wife mom mum dad mother "
    "father brother sister spelled spelt name's authorized user primary holder owner yours ours mine correct wrong "
    "ready able happy glad not gonna your mine about another first last middle maiden full surname initial new old "
    "date birth postcode zip code social security password first's everyone everybody anybody somebody someone nobody "
    "again next minute second moment bye goodbye cheers welcome folks guys everything nothing something anything "
    "patient insurance policy order again's maybe perhaps probably actually basically certainly absolutely exactly "
    "speaking's afraid confused having's aware interested concerned located supposed waiting holding asking "
    "national international bank credit union group corporation incorporated limited insurance hospital clinic "
    "university college school airlines airways hotel wireless cable internet bank's calling's inc llc ltd".split()
)
TITLES = frozenset("mr mister mrs missus ms miss dr doctor professor prof sir dame lord lady mx reverend rev captain".split())
SHORT_TITLES = frozenset("mr mister mrs missus ms dr mx prof".split())
PARTICLES = frozenset("de la del van von der den da di dos du le el al bin ibn st san mac mc o".split())

STRONG_INTRODUCTIONS = (
    "my name is", "my name's", "name is", "name's", "the name is", "names is", "i am called", "i'm called",
    "first name", "last name", "middle name", "surname is", "surname's", "speaking with", "speaking to",
    "spoke with", "spoke to", "talking with", "talking to", "spelled", "this is mr", "under the name",
    "under the name of", "in the name of", "under my name", "registered to", "made out to", "payable to",
    "belongs to", "account holder is", "cardholder is", "patient is", "patient's name", "caller is",
    "attention to", "goes by", "go by", "known as", "addressed to", "name on it is", "name on the card is",
    "name of", "ask for", "asking for", "on behalf of", "behalf of", "called", "named", "you can call me",
    "just call me", "born to", "name again is", "names are", "authorized user is",
)  # fmt: skip
"""What is followed by a name, however ordinary the word is."""
WEAK_INTRODUCTIONS = (
    "this is", "it is", "it's", "i'm", "i am", "that's", "here is", "calling for", "calling from", "for", "with",
    "to", "by", "from", "and", "hi", "hey", "hello", "thanks", "thank you", "welcome", "welcome back", "okay",
    "alright", "sure", "morning", "afternoon", "evening", "bye", "sorry", "yes", "no", "great", "perfect",
    "manager", "supervisor", "colleague", "agent", "technician", "representative", "specialist", "doctor", "nurse",
    "my son", "my daughter", "my husband", "my wife", "my mom", "my mum", "my mother", "my father", "my dad",
    "my sister", "my brother", "my boss", "my partner", "my friend", "my assistant", "my lawyer", "my neighbor",
    "my grandson", "my granddaughter", "my grandmother", "my grandfather", "my aunt", "my uncle", "my cousin",
    "my fiance", "my fiancee", "my girlfriend", "my boyfriend", "my roommate", "my secretary", "my doctor",
    "his wife", "her husband", "his son", "her son", "his daughter", "her daughter", "our son", "our daughter",
    "your wife", "your husband", "your son", "your daughter", "your mother", "your father", "my ex-husband",
    "my ex-wife", "my late husband", "my late wife", "my stepson", "my niece", "my nephew",
)  # fmt: skip
"""What may be followed by a name: the word itself must look like one."""
GREETINGS = frozenset("hi hey hello thanks thank welcome morning afternoon evening bye goodbye dear cheers".split())
RELATIONS = frozenset(
    "son daughter husband wife mom mum mother father dad sister brother boss partner friend assistant lawyer "
    "neighbor grandson granddaughter grandmother grandfather aunt uncle cousin fiance fiancee girlfriend boyfriend "
    "roommate secretary stepson stepdaughter niece nephew supervisor manager colleague coworker nanny landlord".split()
)
NAME_VERBS = frozenset(
    "is was just has had said says wants wanted needs needed turned got did does here speaking and from called "
    "told asked thinks went lives works will can would could at".split()
)
"""After one of these an everyday word that was a name before is one again ("hope just turned three")."""
NO_NAME_BEFORE = frozenset(
    "i we you they to not can could will would should might must may don't didn't the a an any some my your our "
    "their his her no of in this that every much little it he she who and's".split()
)
"""After one of these it is an ordinary word ("i hope so")."""
