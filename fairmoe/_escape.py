"""Text from a table or a user, as plotly and as Streamlit show it letter by letter."""

import re
from html import escape
from typing import NewType

Html = NewType("Html", str)
"""What plotly draws: text with tags, of which none comes from a table."""

Markdown = NewType("Markdown", str)
"""What Streamlit shows: text with markup, of which none comes from a table."""

# An underscore within a word is no markup, and labels are read out as they are written.
_MARKUP = re.compile(r"([\\`*{}\[\]()#+\-.!|~$<>&^=\"']|(?<![^\W_])_|_(?![^\W_]))")
# A colon cannot be escaped in front of a directive or an emoji, only be parted from it; nor can an
# address of a page or a mailbox, which becomes a link by itself.
_PARTED = re.compile(r":(?=\S)|@(?=\S)|www(?=\\\.)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def escape_html(text: str) -> Html:
    """Return text that plotly draws letter by letter, whatever tags it holds.

    Example:
        >>> escape_html("<b>A & B</b>")
        '&lt;b&gt;A &amp; B&lt;/b&gt;'
    """
    return Html(escape(text, quote=False))


def escape_markdown(text: str) -> Markdown:
    r"""Return markdown that shows the text letter by letter, whatever markup it holds.

    Example:
        >>> escape_markdown("**age** <b>")
        '\\*\\*age\\*\\* \\<b\\>'
    """
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return Markdown(_PARTED.sub(rf"\g<0>{_WORD_JOINER}", escaped))
