"""A run on paper: a button that prints the page, and what only the paper has: settings, date, link and QR code."""

import html
import time
from dataclasses import fields

import streamlit as st

from engine.records import Run
from engine.rules import Picture, rules_of
from engine.settings import EXPERIMENTS
from pages.ui.compare_table import setting_text
from pages.ui.controls import PATHS, label
from pages.ui.live import duration
from pages.ui.qr_code import qr_address
from pages.ui.run_names import run_name

_button = st.components.v2.component(
    "handout",
    html='<button type="button" class="handout-button" title="One or two pages of paper: settings, charts and result">'
    "Hand-out</button>",
    css=""".handout-button {
  font: inherit;
  font-size: 0.875rem;
  color: inherit;
  min-height: 2.5rem;
  padding: 0.25rem 0.9rem;
  border: 1px solid var(--st-border-color);
  border-radius: 10px;
  background: transparent;
  cursor: pointer;
}
body.presenting:not(.presenting-settings) .handout-button {
  display: none;
}
.handout-button:hover,
.handout-button:focus-visible {
  color: var(--st-primary-color);
  border-color: var(--st-primary-color);
}""",
    js="""export default function ({ parentElement }) {
  parentElement.querySelector("button").onclick = () => print();
}""",
    isolate_styles=False,
)


def handout_button() -> None:
    """The button; the browser's own way to print does the same."""
    _button(key="handout", width="content")


def handout(run: Run) -> None:
    """What is on paper only, below the page's idea."""
    st.html(handout_html(run, f"{st.context.url or ''}?run={run.id}"))


def handout_html(run: Run, link: str) -> str:
    """Name, state and date of a run, its settings, those that differ from the defaults marked, and its link."""
    experiment = next((name for name, cls in EXPERIMENTS.items() if cls is type(run.settings)), "")
    name = f"<b>{html.escape(run_name(run))}</b>"
    facts = [name, str(run.state), f"after {duration(run.elapsed_s)}" if run.elapsed_s else "", _date(run)]
    return (
        f'<section class="lab-handout lab-handout-{experiment}"><div class="lab-handout-run">'
        f"<p>{' · '.join(fact for fact in facts if fact)}</p><dl>{_settings(run)}</dl></div>"
        f'<figure><img src="{qr_address(link)}" alt="QR code of the link to this run">'
        f"<figcaption>{html.escape(link)}</figcaption></figure></section>"
    )


def _settings(run: Run) -> str:
    rules, defaults = rules_of(run.settings), type(run.settings)()
    names = [field.name for field in fields(run.settings) if not isinstance(rules.get(field.name), Picture)]
    return "".join(
        f"<div{_changed(run, name, defaults)}><dt>{html.escape(label(name))}</dt>"
        f"<dd>{html.escape(setting_text(getattr(run.settings, name))) or '–'}</dd></div>"
        for name in names
        if name not in PATHS
    )


def _changed(run: Run, name: str, defaults: object) -> str:
    return "" if getattr(run.settings, name) == getattr(defaults, name) else ' class="lab-handout-changed"'


def _date(run: Run) -> str:
    return time.strftime("%d %B %Y, %H:%M", time.localtime(run.created)) if run.created else ""
