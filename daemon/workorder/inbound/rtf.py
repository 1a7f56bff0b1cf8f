"""Compressed RTF, the form in which Outlook keeps a mail's text in winmail.dat ([MS-OXRTFCP])."""

from typing import Final

_HEADER: Final = 16
_COMPRESSED: Final = b"LZFu"
_WINDOW: Final = 4_096
# The dictionary begins with what most RTF begins with.
_PRELOAD: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_MAX_SIZE: Final = 16_777_216


def decompress_rtf(octets: bytes) -> bytes:
    """Return the RTF, or what there is of it; what is no compressed RTF comes back as it is."""
    if octets[8:12] != _COMPRESSED:
        return octets[_HEADER:] if octets[8:12] == b"MELA" else octets
    out = bytearray(_PRELOAD)
    position = _HEADER
    while position < len(octets) and len(out) < _MAX_SIZE:
        control = octets[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                token = int.from_bytes(octets[position : position + 2], "big")
                position += 2
                if not _copy(out, token >> 4, (token & 15) + 2):
                    return bytes(out[len(_PRELOAD) :])
            else:
                out += octets[position : position + 1]
                position += 1
    return bytes(out[len(_PRELOAD) :])


def _copy(out: bytearray, offset: int, length: int) -> bool:
    """Repeat what stands at a place of the window; that of the next octet means the end."""
    back = (len(out) - offset) % _WINDOW
    if back == 0 or back > len(out):
        return False
    for _ in range(length):
        out.append(out[-back])
    return True
