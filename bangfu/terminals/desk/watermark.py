"""The watermark: who looks, and when, faintly over the whole page. An image of our own, since nothing may be written inline."""

from datetime import datetime
from html import escape
from xml.sax.saxutils import quoteattr

_FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
_DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">'
    '<defs><pattern id="w" width="400" height="230" patternUnits="userSpaceOnUse">'
    '<text x="20" y="130" transform="rotate(-18 190 115)" font-size="16" font-family={font} fill="#1d2733">{words}</text>'
    '</pattern></defs><rect width="100%" height="100%" fill="url(#w)"/></svg>'
)


def watermark(organisation: str, name: str, now: datetime) -> str:
    """An SVG that fills whatever it is laid on, as a text. The time is written as given, to the minute."""
    words = " · ".join(part for part in (organisation, name, f"{now:%m-%d %H:%M}") if part)
    return _DRAWING.format(font=quoteattr(_FONT), words=escape(words, quote=False))
