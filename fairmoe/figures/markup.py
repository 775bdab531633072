"""Pictures that are markup: text of the page itself around drawings that need no script."""

import base64

from fairmoe._escape import Html, escape_html


def attribute(text: str) -> Html:
    """Return text as it stands between the double quotes of an attribute.

    Example:
        >>> attribute('the "best" & last')
        'the &quot;best&quot; &amp; last'
    """
    return Html(escape_html(text).replace('"', "&quot;"))


def drawing(shapes: str, *, width: float, height: float, alt: str, style: str) -> Html:
    """Return an image of some shapes.

    Args:
        shapes: Elements of SVG, without any text of a table.
        width: Of the drawing, in units of its own.
        height: Likewise.
        alt: What a screen reader says; nothing for what only decorates.
        style: How the image is placed, in CSS; a drawing fills it, whatever its proportions.
    """
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'preserveAspectRatio="none">{shapes}</svg>'
    )
    source = base64.b64encode(svg.encode()).decode()
    return Html(
        f'<img alt="{attribute(alt)}" style="{style}" src="data:image/svg+xml;base64,{source}">'
    )
