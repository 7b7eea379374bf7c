"""One spelling for languages: vendors say "en", "en_us", "en-US", "eng" or "english"; the lake says "en"."""

from __future__ import annotations

import re
from typing import Final

# ISO 639-1, ISO 639-2/3 (with the older bibliographic code where there is one), English name: the languages
# of Whisper and Scribe (ISO 639-3 registry and Whisper's table, read 2026-11-22).
_TABLE: Final = """
af afr afrikaans|am amh amharic|ar ara arabic|as asm assamese|az aze azerbaijani|ba bak bashkir
be bel belarusian|bg bul bulgarian|bn ben bengali|bo bod tib tibetan|br bre breton|bs bos bosnian
ca cat catalan|cs ces cze czech|cy cym wel welsh|da dan danish|de deu ger german|el ell gre greek
en eng english|es spa spanish|et est estonian|eu eus baq basque|fa fas per persian|fi fin finnish
fo fao faroese|fr fra fre french|ga gle irish|gl glg galician|gu guj gujarati|ha hau hausa|haw hawaiian
he heb hebrew|hi hin hindi|hr hrv croatian|ht hat haitian|hu hun hungarian|hy hye arm armenian
id ind indonesian|ig ibo igbo|is isl ice icelandic|it ita italian|ja jpn japanese|jw jv jav javanese
ka kat geo georgian|kk kaz kazakh|km khm khmer|kn kan kannada|ko kor korean|ky kir kyrgyz|la lat latin
lb ltz luxembourgish|ln lin lingala|lo lao|lt lit lithuanian|lv lav latvian|mg mlg malagasy|mi mri mao maori
mk mkd mac macedonian|ml mal malayalam|mn mon mongolian|mr mar marathi|ms msa may malay|mt mlt maltese
my mya bur burmese|ne nep nepali|nl nld dut dutch|nn nno nynorsk|no nor nb nob norwegian|ny nya chichewa
oc oci occitan|or ori odia|pa pan punjabi|pl pol polish|ps pus pashto|pt por portuguese
ro ron rum romanian|ru rus russian|sa san sanskrit|sd snd sindhi|si sin sinhala|sk slk slo slovak
sl slv slovenian|sn sna shona|so som somali|sq sqi alb albanian|sr srp serbian|su sun sundanese|sv swe swedish
sw swa swahili|ta tam tamil|te tel telugu|tg tgk tajik|th tha thai|tk tuk turkmen|tl tgl fil tagalog
tr tur turkish|tt tat tatar|uk ukr ukrainian|ur urd urdu|uz uzb uzbek|vi vie vietnamese|wo wol wolof
xh xho xhosa|yi yid yiddish|yo yor yoruba|yue cantonese|zh zho chi cmn chinese mandarin|zu zul zulu
"""
_CODES: Final = {
    name: entry.split()[0] for entry in _TABLE.replace("\n", "|").split("|") for name in entry.split()
}
_CODE: Final = re.compile(r"[a-z]{2,3}(?![a-z])")
_LONGEST: Final = 35  # RFC 5646 asks software to hold that much of a tag


def language_code(name: str | None) -> str | None:
    """ISO 639-1 where there is one, else the vendor's word in lower case; None if nothing is stated."""
    plain = (name or "").strip().lower()
    code = _CODE.match(plain)
    known = _CODES.get(plain) or (_CODES.get(code[0], code[0]) if code else None)
    return known or plain[:_LONGEST] or None
