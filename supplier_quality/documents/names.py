"""Names of files as other systems may safely read them."""

import re
import unicodedata

LONGEST = 120
LONGEST_BYTES = 240
"""File systems take 255 bytes, and a Chinese character is three."""

_RESERVED = re.compile(r'[<>:"/\\|?*]')
_DEVICES = {
    "con", "prn", "aux", "nul", "conin$", "conout$",
    *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"),
}  # fmt: skip
_PROGRAMS = frozenset({
    "exe", "scr", "bat", "cmd", "pif", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "msi", "msp", "dll", "cpl", "jar",
    "ps1", "lnk", "sh", "php", "phtml", "asp", "aspx", "jsp", "html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg",
    "swf", "apk", "chm",
})  # fmt: skip


def clean_name(given: str) -> str:
    """A name without path, without signs that hide its ending or that file systems refuse; ``file`` when nothing is left.

    Browsers of some systems send the whole path; signs that turn the reading direction can make ``exe.pdf`` of
    ``fdp.exe``.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = " ".join(_RESERVED.sub("_", name).split()).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    # A device keeps its meaning with any ending behind it: con.old.pdf is the console.
    if not stem or stem.split(".")[0].strip().lower() in _DEVICES:
        stem = f"file_{stem}" if stem else "file"
    extension = extension[:10]
    stem = _shortened(stem, LONGEST - len(extension) - 1, LONGEST_BYTES - len(extension.encode()) - 1)
    return f"{stem}.{extension}" if extension else stem


def _shortened(stem: str, signs: int, most_bytes: int) -> str:
    return stem[:signs].encode()[:most_bytes].decode(errors="ignore").rstrip(" .")


def extension_of(name: str) -> str:
    """The ending in small letters without the point; empty when there is none."""
    _stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot else ""


def program_ending(name: str) -> str | None:
    """The ending of a program in front of the last one, as in ``invoice.exe.pdf``; none when there is none."""
    return next((part for part in name.lower().split(".")[1:-1] if part.strip() in _PROGRAMS), None)
