// On a phone the button that starts a run lies below what the run changes: go there once, when it starts.

const shown = new Set();

export default function ({ data, parentElement }) {
  if (shown.has(data.run)) return;
  shown.add(data.run);
  const bar = parentElement.closest('[class*="st-key-run-bar"]');
  const { top, bottom } = bar.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  bar.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
