"""The first bytes of things: which demuxer reads them, or what a person calls them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """Bytes at an offset that tell a format; `also` are bytes that must stand at a second offset."""

    demuxer: str
    word: str
    magic: bytes
    offset: int = 0
    also: tuple[int, bytes] | None = None

    def matches(self, head: bytes) -> bool:
        """Whether these first bytes of a file are this format."""
        if not head.startswith(self.magic, self.offset):
            return False
        return self.also is None or head.startswith(self.also[1], self.also[0])


@dataclass(frozen=True, slots=True)
class Headerless:
    """A telephony format that only the file's name can tell."""

    demuxer: str
    word: str
    rate_hz: int | None = None
    """Sampling rate to tell the demuxer; None where the format has only one."""


_MP4_BRANDED = "MP4 or QuickTime sound"

CONTAINERS = (
    Signature("wav", "WAV sound", b"RIFF", also=(8, b"WAVE")),
    Signature("wav", "RF64 WAV sound", b"RF64", also=(8, b"WAVE")),
    Signature("wav", "BW64 WAV sound", b"BW64", also=(8, b"WAVE")),
    Signature("wav", "big-endian WAV sound", b"RIFX", also=(8, b"WAVE")),
    Signature("w64", "Wave64 sound", b"riff\x2e\x91\xcf\x11"),
    Signature("avi", "AVI film", b"RIFF", also=(8, b"AVI ")),
    Signature("qcp", "QCP sound", b"RIFF", also=(8, b"QLCM")),
    Signature("aiff", "AIFF sound", b"FORM", also=(8, b"AIFF")),
    Signature("aiff", "AIFF-C sound", b"FORM", also=(8, b"AIFC")),
    Signature("flac", "FLAC sound", b"fLaC"),
    Signature("ogg", "Ogg sound", b"OggS"),
    Signature("mov", _MP4_BRANDED, b"ftyp", 4),
    Signature("mov", _MP4_BRANDED, b"moov", 4),
    Signature("mov", _MP4_BRANDED, b"mdat", 4),
    Signature("mov", _MP4_BRANDED, b"wide", 4),
    Signature("mov", _MP4_BRANDED, b"free", 4),
    Signature("mov", _MP4_BRANDED, b"skip", 4),
    Signature("matroska", "Matroska or WebM", b"\x1a\x45\xdf\xa3"),
    Signature("amr", "AMR sound", b"#!AMR"),
    Signature("ilbc", "iLBC sound", b"#!iLBC"),
    Signature("caf", "CAF sound", b"caff"),
    Signature("au", "AU sound", b".snd"),
    Signature("asf", "WMA sound", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    Signature("nistsphere", "NIST SPHERE sound", b"NIST_1A"),
    Signature("voc", "VOC sound", b"Creative Voice File\x1a"),
    Signature("ape", "Monkey's Audio", b"MAC "),
    Signature("wv", "WavPack sound", b"wvpk"),
    Signature("tta", "TTA sound", b"TTA1"),
    Signature("mpc8", "Musepack sound", b"MPCK"),
    Signature("mpc", "Musepack sound", b"MP+"),
    Signature("ac3", "AC-3 sound", b"\x0b\x77"),
    Signature("dss", "DSS dictation", b"\x02dss"),
    Signature("dss", "DSS dictation", b"\x03dss"),
    Signature("rm", "RealAudio", b".RMF"),
    Signature("rm", "RealAudio", b".ra\xfd"),
    Signature("flv", "Flash film", b"FLV\x01"),
    Signature("mpeg", "MPEG film", b"\x00\x00\x01\xba"),
    Signature("mpegts", "MPEG transport stream", b"\x47", also=(188, b"\x47")),
    Signature("sox", "SoX sound", b".SoX"),
    Signature("ircam", "IRCAM sound", b"\x64\xa3\x01\x00"),
)

FOREIGN = (
    ("PDF document", b"%PDF"),
    ("ZIP archive or Office document", b"PK\x03\x04"),
    ("empty ZIP archive", b"PK\x05\x06"),
    ("gzip archive", b"\x1f\x8b"),
    ("bzip2 archive", b"BZh"),
    ("xz archive", b"\xfd7zXZ"),
    ("7-Zip archive", b"7z\xbc\xaf\x27\x1c"),
    ("RAR archive", b"Rar!"),
    ("zstd archive", b"\x28\xb5\x2f\xfd"),
    ("PNG picture", b"\x89PNG"),
    ("JPEG picture", b"\xff\xd8\xff"),
    ("GIF picture", b"GIF8"),
    ("TIFF picture", b"II*\x00"),
    ("TIFF picture", b"MM\x00*"),
    ("MIDI notes", b"MThd"),
    ("program", b"\x7fELF"),
    ("program", b"MZ"),
    ("program", b"\xcf\xfa\xed\xfe"),
    ("SQLite database", b"SQLite format 3"),
    ("Parquet table", b"PAR1"),
    ("old Office document", b"\xd0\xcf\x11\xe0"),
    ("encrypted file", b"Salted__"),
    ("encrypted file", b"-----BEGIN PGP MESSAGE"),
    ("encrypted file", b"age-encryption.org/"),
    ("encrypted dictation (DS2)", b"\x03ds2"),
    ("encrypted dictation (DSS)", b"\x03enc"),
    ("playlist", b"#EXTM3U"),
    ("playlist", b"ffconcat"),
    ("playlist", b"[playlist]"),
)

BY_NAME = {
    ".ulaw": Headerless("mulaw", "raw mu-law", 8_000),
    ".ul": Headerless("mulaw", "raw mu-law", 8_000),
    ".mulaw": Headerless("mulaw", "raw mu-law", 8_000),
    ".pcmu": Headerless("mulaw", "raw mu-law", 8_000),
    ".alaw": Headerless("alaw", "raw A-law", 8_000),
    ".al": Headerless("alaw", "raw A-law", 8_000),
    ".pcma": Headerless("alaw", "raw A-law", 8_000),
    ".gsm": Headerless("gsm", "raw GSM"),
    ".g722": Headerless("g722", "raw G.722"),
    ".722": Headerless("g722", "raw G.722"),
    ".g729": Headerless("g729", "raw G.729"),
    ".sln": Headerless("sln", "raw 8 kHz PCM", 8_000),
    **{
        f".sln{khz}": Headerless("sln", f"raw {khz} kHz PCM", 44_100 if khz == 44 else khz * 1_000)
        for khz in (12, 16, 24, 32, 44, 48, 96, 192)
    },
}
"""Endings used by Asterisk and common switches; mono, at the rate the switch writes."""

NAMELESS = {".raw": "PCM", ".pcm": "PCM", ".vox": "Dialogic ADPCM", ".adpcm": "ADPCM", ".g726": "G.726"}
"""Headerless endings that do not tell their rate or layout: never guessed."""
