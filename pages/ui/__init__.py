"""What pages share: the lab, controls, the live view, charts and drawings. Nothing here computes.

Whoever opens a page first after a start may get Streamlit's own page around it, without the app, since its script was
under way before this was imported: `anatomy.page_head` begins anew for them.
"""

from pages.ui.mended_streamlit import mend

mend()
