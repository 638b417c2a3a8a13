"""What pages share: the lab, controls, the live view, charts and drawings. Nothing here computes.

Streamlit runs the scripts of a folder called `pages` by itself until `st.navigation` is called for the first time, so
whoever opened /mnist first after a start would see that script without the app around it. No setting turns that off;
this does, and `anatomy.page_head` begins anew for those whose script was already under way.

Each number input looks through the whole session, where Streamlit makes a new class for each component so that values
may be written to it (`make_bidi_component_presenter`): a third of what a page of ours takes. Nothing here writes them.
"""

from streamlit.components.v2.bidi_component import main
from streamlit.runtime.pages_manager import PagesManager

PagesManager.uses_pages_directory = False
main.make_bidi_component_presenter = lambda *_: None  # type: ignore[assignment]
