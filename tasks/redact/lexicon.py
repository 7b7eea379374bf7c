"""The words in which numbers, letters and corrections are said, and which readings they have."""

from __future__ import annotations

DIGITS = {
    word: str(value)
    for value, word in enumerate("zero one two three four five six seven eight nine".split())
}
ZEROS = frozenset("oh o nought naught nil ought owe aught".split())
TEENS = {
    word: str(value + 10)
    for value, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: str((value + 2) * 10)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
} | {"fourty": "40", "ninty": "90"}
SCALES = {"hundred": 100, "thousand": 1000}
REPEATS = {"double": 2, "dubble": 2, "triple": 3, "treble": 3, "quadruple": 4}
ORDINALS = {
    word: str(value + 1)
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
    )
} | {"thirtieth": "30"}

CODE_WORDS = {
    word: word[0]
    for word in (
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike "
        "november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee "
        "zulu zebra"
    ).split()
}
LETTER_NAMES = {
    "bee": "b", "cee": "c", "dee": "d", "eff": "f", "gee": "g", "aitch": "h", "haitch": "h", "jay": "j",
    "kay": "k", "ell": "l", "em": "m", "en": "n", "pee": "p", "cue": "q", "queue": "q", "ar": "r",
    "ess": "s", "tee": "t", "vee": "v", "ex": "x", "wye": "y", "zee": "z", "zed": "z",
}  # fmt: skip

SOUNDS_LIKE = frozenset(
    "to too tu for fore ate won tree free sex sick sicks fire fife mine nigh nein hero row tool wan juan fort "
    "hate eight's sees see sea be bee pea pee tea tee are why you your eye ex em en jay gay hey age ache sect "
    "server heaven sever levin elven light late dub doble trouble owed ow aw oo when want whan line lion night "
    "door hive five's stix sticks six's nifty dirty hero xero siro zeros aid ape height tin then ten's twin plenty "
    "he she ee cay kay tee ess eff ell egg eggs".split()
)
"""What recognisers write for a digit or a letter they misheard; digits only where digits stand around."""

WORDS_OF_THEIR_OWN = frozenset(
    "to too for are why you your see when want then he she be my mine late light right night line door plenty".split()
)
"""Sound-alikes that are far more often just words: taken for digits only where a digit is missing."""

FILLERS = frozenset("uh um uhm er erm ah eh hmm hm mm mhm comma".split())
LINKS = frozenset(
    "uh um uhm er erm ah eh hmm hm mm mhm comma and then so like well okay ok yeah yes yep it's its is the that's "
    "space period followed by dash hyphen slash dot point stroke plus minus now next after also".split()
)
"""What is said between two parts of one value."""
CORRECTIONS = frozenset(
    "sorry no wait hang hold on i mean think actually scratch that let me start again over correction oops "
    "rather make it is was not excuse my bad one second sec moment let's see".split()
)
BACK_CHANNEL = frozenset(
    "uh huh um mm mhm mm-hmm uh-huh hmm hm ok okay yes yeah yep yup right sure alright all go ahead got it keep "
    "going and then next great perfect good thanks thank you i'm with listening please fine lovely continue "
    "cool so far understood copy ready whenever you're the rest last four three two digits that one sir ma'am "
    "madam brilliant super cheers gotcha correct exactly carry on first".split()
)
MARKS = {
    "dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "stroke": "/", "dot": ".", "point": ".",
    "underscore": "_", "at": "@", "plus": "+", "hash": "#", "pound": "#", "space": " ", "period": ".",
}  # fmt: skip
ARTICLES = frozenset("the that this they there then them those these and".split())
"""Never the example in a spelling."""
LIKE_WORDS = frozenset("as for like of".split())

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|"
        "october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
EVERYDAY_MONTHS = frozenset("may march mar dec jan sep jun".split())

UNITS = frozenset(
    "dollar dollars buck bucks cent cents pound pounds quid pence p euro euros rupee rupees percent per pct "
    "million billion thousand grand k lakh crore minute minutes min mins hour hours hrs second seconds day days "
    "week weeks month months year years am pm a.m p.m o'clock oclock times time gig gigs gigabyte gigabytes "
    "megabytes megs mb gb mbps kilowatt kilowatts kwh miles mile feet foot inch inches ounces ounce lbs kilos "
    "kilograms grams degrees people persons items item pieces boxes pairs copies orders nights guests tickets "
    "users lines devices points stars installments payments bedroom bedrooms bath baths square acres "
    "milligrams mg ml liters litres gallons volts watts amps fps hz ghz channels pages stops blocks "
    "kids children brothers sisters dogs cats cars".split()
)
"""A number before one of these counts or measures something."""
LABELS_BEFORE = frozenset(
    "press option version gate flight terminal model part channel route interstate highway room chapter page "
    "size step platform seat row episode season windows error section article form line level floor aisle "
    "select dial item lane exit bus train firmware build release level grade unit".split()
)
"""A number after one of these names a thing, not a person."""
