"""What lets pages be read on a phone and on small screens."""

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.figures.fitting import NARROWEST, STEP, WIDEST

WIDTHS = "".join(
    f'[class*="st-key-wide-{width}-"]{{overflow-x:auto;scrollbar-width:thin}}'
    f'[class*="st-key-wide-{width}-"] > *{{min-width:{width}px}}'
    for width in range(NARROWEST, WIDEST + 1, STEP)
)
"""The style of these boxes, by the least width that stands in their key."""

FITS = '[class*="st-key-fits-"]{container-type:inline-size}' + "".join(
    f"@container (max-width:{width - 1}px)"
    f'{{[class*="st-key-fits-{width}-"] > :has([class*="st-key-wide-"]){{display:none}}}}'
    f"@container (min-width:{width}px)"
    f'{{[class*="st-key-fits-{width}-"] > :has([class*="st-key-tall-"]){{display:none}}}}'
    for width in range(NARROWEST, WIDEST + 1, STEP)
)
"""The style that shows panels below one another wherever they have no room side by side."""

READABLE = (
    "@media (max-width:767px){.stMain .katex-display{font-size:.84em}}"
    "[data-testid=stButtonGroup] [role=radiogroup]{flex-wrap:wrap;overflow:visible}"
    ".stMain button kbd{opacity:1;color:inherit}"
    "[data-testid=stSliderTickBar]{opacity:.75;visibility:visible}"
    ".stMain [data-testid=stPageLink-NavLink] p{text-decoration:underline;"
    "text-decoration-thickness:1px;text-underline-offset:.15em}"
    '.js-plotly-plot text[style*="rgb(128, 132, 149)"]'
    "{fill:currentColor!important;fill-opacity:.82!important}"
)
"""The style of equations and of choices side by side, of which else a phone cuts off the ends, of
the shortcut on a button, which else is too pale, of the ends of a slider, which else have no words
until a mouse is there, of links to other pages, which else look like choices, and of words in
charts, which Streamlit's light theme makes a grey too pale to read."""

COMPACT = (
    "@media (min-width:768px){.stMainBlockContainer{padding-top:4rem;padding-bottom:2rem}"
    ".stMain h1{padding:.5rem 0}.stMain h2{padding:.5rem 0}}"
    "@media (max-width:1200px) and (min-width:768px), (max-height:800px) and (min-width:768px)"
    "{.stMainBlockContainer{padding:3.5rem 2rem .4rem}.stMain h1{font-size:2rem}}"
    "@media (max-height:800px) and (min-width:768px)"
    "{.stMain h1{padding:0 0 .3rem}[class*=st-key-one-screen] p{font-size:.9rem;line-height:1.2}"
    ".stMainBlockContainer>.stVerticalBlock:has(.st-key-one-screen){gap:.35rem}"
    ".st-key-one-screen-alarms [data-testid=stAlertContainer]{padding:.5rem .75rem}"
    ".st-key-one-screen .fm-waffle{font-size:.95rem}"
    ".st-key-one-screen .fm-waffle:has(.many){font-size:.9rem}"
    ".st-key-one-screen .fm-waffle .many :is(th,td){padding-top:.05em;padding-bottom:.05em}"
    ".st-key-one-screen .fm-waffle .many :is(.cell,th){line-height:1.1}}"
    "@media (max-height:920px) and (min-height:801px) and (min-width:768px)"
    "{[class*=st-key-one-screen] p{font-size:.95rem;line-height:1.35}"
    ".stMainBlockContainer>.stVerticalBlock:has(.st-key-one-screen){gap:.75rem}}"
    "@media (max-width:767px){.stMainBlockContainer{padding-top:4rem}.stMain h1{padding:.5rem 0}}"
)
"""The style of the margins of pages, which take no more room than they need on small screens."""


FOCUS = (
    "[data-testid=stPageLink-NavLink]:focus-visible,"
    "[data-testid=stBaseButton-elementToolbar]:focus-visible,"
    ".stDataFrame:has(canvas:focus-visible)"
    "{outline:2px solid currentColor;outline-offset:-2px}"
    "[data-testid=stElementToolbar]:focus-within{opacity:1;top:-2.85rem}"
)
"""The style of what has the focus of the keyboard and else does not show it."""


def show_title(title: str) -> None:
    """Show the title of a chart above it, where it wraps."""
    if title:
        st.markdown(Markdown(f"**{escape_markdown(title)}**"))
