// Presenter mode is a class on the body: nothing of it goes to Python, so it costs no rerun and survives every page.

const PARTS = "h1, h2, h3, .stTabs, [class*='st-key-anatomy'], .stSegmentedControl";
// Pixels: a part this near to the top is the one that is being shown.
const NEAR = 60;
const TYPED = "input, textarea, select, [contenteditable='true']";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// The next part of the page below the top of the window, or the last one above it.
function step(direction) {
  const main = document.querySelector(".stMain");
  const top = main.getBoundingClientRect().top + 80;
  const places = [...main.querySelectorAll(PARTS)]
    .map((part) => part.getBoundingClientRect())
    .filter((box) => box.height)
    .map((box) => box.top - top);
  const wanted = direction > 0 ? Math.min(...places.filter((y) => y > NEAR)) : Math.max(...places.filter((y) => y < -NEAR));
  if (Number.isFinite(wanted)) main.scrollBy({ top: wanted, behavior: still() ? "instant" : "smooth" });
}

function showNotes(root, lines) {
  root.querySelector("ul").replaceChildren(
    ...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".presenter");
  const button = root.querySelector(".presenter-switch");
  const notes = root.querySelector(".presenter-notes");
  const set = (on) => {
    document.body.classList.toggle("presenting", on);
    document.body.classList.remove("presenting-settings");
    button.setAttribute("aria-pressed", String(on));
    root.querySelector(".presenter-keys").hidden = !on;
    notes.hidden = true;
    sessionStorage.setItem("cnn-lab-presenting", on ? "1" : "");
    // Charts measure themselves anew.
    dispatchEvent(new Event("resize"));
  };
  button.onclick = () => set(!document.body.classList.contains("presenting"));
  if (!root.ready) {
    root.ready = true;
    set(sessionStorage.getItem("cnn-lab-presenting") === "1");
  }
  showNotes(root, data.notes);
  const keys = (event) => {
    const presenting = document.body.classList.contains("presenting");
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!presenting || modified || event.target.closest?.(TYPED)) return;
    const actions = {
      PageDown: () => step(1),
      PageUp: () => step(-1),
      s: () => document.body.classList.toggle("presenting-settings"),
      n: () => {
        showNotes(root, data.notes);
        notes.hidden = !notes.hidden;
      },
      Escape: () => set(false),
    };
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    // A dialog that is open closes first.
    if (!action || document.querySelector("[role='dialog']:not([hidden])")) return;
    event.preventDefault();
    action();
  };
  // Called again with each new page: one listener is enough.
  document.removeEventListener("keydown", root.keys);
  root.keys = keys;
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", keys);
}
