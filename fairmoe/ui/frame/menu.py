"""The sidebar on a phone, where it lies over the page, or a tablet, of which it takes half."""

import streamlit as st

_CLOSE = """<script>
{{
  const close = () => {{
    if (window.innerWidth <= 768)
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click()
  }}
  const before = sessionStorage.getItem('fairmoe-page')
  sessionStorage.setItem('fairmoe-page', '{path}')
  if (before !== null && before !== '{path}') close()
  // The page that is shown is not drawn anew when it is chosen.
  if (!window.fairmoeMenu) {{
    window.fairmoeMenu = true
    document.addEventListener('click', (event) => {{
      const link = event.target.closest('[data-testid="stSidebar"] [data-testid="stPageLink"] a')
      if (link && new URL(link.href).pathname === window.location.pathname) close()
    }})
  }}
}}
</script>"""


def close_menu(path: str) -> None:
    """Close the sidebar on a narrow screen once a page was chosen in it.

    Streamlit closes it after a choice in its own list of pages, but not after one among links. The
    script is the same for all users, holds nothing of the data, and runs once for each page.

    Args:
        path: The page's script, one of `fairmoe.ui.frame.pages.PAGES`.
    """
    st.html(_CLOSE.format(path=path), unsafe_allow_javascript=True)
