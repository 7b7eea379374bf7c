"""Words of addresses: streets, states, units, and names of places that are no names of persons."""

from __future__ import annotations

STREETS = frozenset(
    "street avenue ave road lane drive close court boulevard blvd way place terrace mews crescent gardens highway "
    "hwy parkway pkwy trail circle loop square alley plaza row broadway route grove hill rise walk view green "
    "park path pike turnpike ridge run crossing bend cove point landing manor heights villas parade quay wharf "
    "esplanade cul-de-sac county nagar marg colony sector cross st rd dr ln ct pl cir ter expressway estate".split()
)
"""What a street is called; most are ordinary words, and count only after a number and a name."""
PLAIN_STREETS = frozenset(
    "street avenue ave road lane boulevard blvd terrace mews crescent parkway pkwy nagar marg blvd. esplanade".split()
)
"""These are hardly ever anything else."""
UNITS = frozenset("apartment apt unit flat suite ste floor number building bldg lot trailer room block tower".split())
DIRECTIONS = frozenset(
    "north south east west northeast northwest southeast southwest n s e w ne nw se sw".split()
)
STATES = frozenset(
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois "
    "indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri "
    "montana nebraska nevada hampshire jersey mexico york carolina dakota ohio oklahoma oregon pennsylvania "
    "tennessee texas utah vermont virginia washington wisconsin wyoming ontario quebec alberta manitoba "
    "saskatchewan queensland tasmania victoria england scotland wales yorkshire lancashire kent essex surrey "
    "maharashtra karnataka gujarat kerala punjab".split()
)
CITIES = frozenset(
    "chicago houston phoenix philadelphia antonio diego dallas austin jacksonville columbus charlotte indianapolis "
    "seattle denver boston nashville detroit portland memphis louisville baltimore milwaukee albuquerque tucson "
    "fresno sacramento atlanta miami oakland minneapolis tulsa tampa cleveland orlando pittsburgh cincinnati "
    "raleigh omaha toledo buffalo london manchester birmingham leeds glasgow edinburgh liverpool bristol sheffield "
    "cardiff belfast leicester nottingham brighton toronto vancouver montreal calgary ottawa edmonton sydney "
    "melbourne brisbane perth adelaide canberra mumbai delhi bangalore bengaluru chennai hyderabad kolkata pune "
    "dublin vegas francisco angeles brooklyn queens bronx manhattan".split()
)
COUNTRIES = frozenset(
    "america england britain scotland wales ireland canada australia india mexico germany france spain italy "
    "china japan russia israel iraq iran brazil jordan chad cuba georgia turkey poland sweden norway".split()
)
