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

function listNotes(list, lines) {
  list.replaceChildren(
    ...lines.map((line) => Object.assign(list.ownerDocument.createElement("li"), { textContent: line })),
  );
}

// The notes in a window of their own, for the screen that the class does not see. Its keys are the page's.
let ownWindow = null;
const OWN_STYLE =
  "body { margin: 1.2rem; font: 1.15rem/1.5 system-ui, sans-serif; color: #e9e7e2; background: #1f222b }" +
  "h1 { font-size: 1.4rem } li { margin-bottom: 0.7rem } p { font-size: 0.85rem }";

function openOwnWindow() {
  ownWindow = open("", "cnn-lab-notes", "popup,width=520,height=620");
  const inside = ownWindow?.document;
  if (!inside) return false;
  inside.documentElement.lang = "en";
  inside.title = "Speaker notes";
  inside.head.append(Object.assign(inside.createElement("style"), { textContent: OWN_STYLE }));
  const make = (name, text = "") => Object.assign(inside.createElement(name), { textContent: text });
  inside.body.replaceChildren(make("h1"), make("ul"), make("p", "Page down and Page up step through the page from here."));
  ownWindow.focus();
  return true;
}

function showNotes(root, { page, notes }, keys) {
  listNotes(root.querySelector("ul"), notes);
  if (!ownWindow || ownWindow.closed) return;
  ownWindow.document.querySelector("h1").textContent = page;
  listNotes(ownWindow.document.querySelector("ul"), notes);
  ownWindow.onkeydown = keys;
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
    if (!on) ownWindow?.close();
    sessionStorage.setItem("cnn-lab-presenting", on ? "1" : "");
    // Charts measure themselves anew.
    dispatchEvent(new Event("resize"));
  };
  button.onclick = () => set(!document.body.classList.contains("presenting"));
  if (!root.ready) {
    root.ready = true;
    set(sessionStorage.getItem("cnn-lab-presenting") === "1");
  }
  const actions = {
    PageDown: () => step(1),
    PageUp: () => step(-1),
    s: () => document.body.classList.toggle("presenting-settings"),
    n: () => (notes.hidden = !notes.hidden),
    w: () => {
      // Where the browser allows no windows they are shown here.
      notes.hidden = openOwnWindow();
      showNotes(root, data, keys);
    },
    Escape: () => set(false),
  };
  const keys = (event) => {
    const presenting = document.body.classList.contains("presenting");
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!presenting || modified || event.target.closest?.(TYPED)) return;
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    // A dialog that is open closes first.
    if (!action || document.querySelector("[role='dialog']:not([hidden])")) return;
    event.preventDefault();
    action();
  };
  for (const each of root.querySelectorAll(".presenter-keys button")) each.onclick = () => actions[each.dataset.key]();
  showNotes(root, data, keys);
  // Called again with each new page: one listener is enough.
  document.removeEventListener("keydown", root.keys);
  root.keys = keys;
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", keys);
}
