"""QR codes as pictures inside the page: nothing is fetched, and nothing is kept."""

import segno


def drawn(text: str) -> str:
    """A data: address of an SVG."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2, dark="#1b2733", light="#ffffff"))
