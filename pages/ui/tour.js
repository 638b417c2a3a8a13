// The tour points at parts of the page and covers nothing but its own card: everything stays in reach meanwhile.

const MEMORY = "cnn-lab-tour";
const DECLINED = "*";
// Pixels: what the header takes, the room around a part, and how far a card keeps from the edge.
const HEADER = 70;
const ROOM = 6;
const EDGE = 14;
const FOLLOW_MS = 250;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Where a browser keeps nothing, the offer comes back with the next visit.
function seen() {
  try {
    return (localStorage.getItem(MEMORY) ?? "").split(",").filter((name) => name !== "");
  } catch {
    return [];
  }
}

function remember(name) {
  try {
    localStorage.setItem(MEMORY, [...new Set([...seen(), name])].join());
  } catch {
    // It is offered again, which does no harm.
  }
}

function target(step) {
  return [...document.querySelectorAll(step.place)].find((part) => {
    const box = part.getBoundingClientRect();
    return box.width && box.height;
  });
}

function place(root) {
  const part = target(root.steps[root.at]);
  const ring = root.querySelector(".tour-ring");
  const card = root.querySelector(".tour-card");
  ring.hidden = !part;
  if (!part) return;
  const box = part.getBoundingClientRect();
  const [left, top] = [Math.max(box.left - ROOM, 2), Math.max(box.top - ROOM, HEADER - 12)];
  const [right, bottom] = [Math.min(box.right + ROOM, innerWidth - 2), Math.min(box.bottom + ROOM, innerHeight - 2)];
  Object.assign(ring.style, {
    left: `${left}px`,
    top: `${top}px`,
    width: `${Math.max(0, right - left)}px`,
    height: `${Math.max(0, bottom - top)}px`,
  });
  const { offsetWidth: width, offsetHeight: height } = card;
  // Beside the part where there is room, else below it, above it, or within it.
  let [x, y] = [left, bottom + EDGE];
  if (innerWidth - right > width + 2 * EDGE) [x, y] = [right + EDGE, top];
  else if (left > width + 2 * EDGE) [x, y] = [left - width - EDGE, top];
  else if (innerHeight - bottom < height + 2 * EDGE) y = top > height + HEADER + EDGE ? top - height - EDGE : bottom - height - EDGE;
  card.style.left = `${Math.min(Math.max(x, EDGE), innerWidth - width - EDGE)}px`;
  card.style.top = `${Math.min(Math.max(y, HEADER), innerHeight - height - EDGE)}px`;
}

function bringIntoView(part) {
  const box = part.getBoundingClientRect();
  if (box.top >= HEADER && box.bottom <= innerHeight - EDGE) return;
  const above = box.height < innerHeight / 2 ? (innerHeight - box.height) / 2 : HEADER + 20;
  document.querySelector(".stMain").scrollBy({ top: box.top - above, behavior: still() ? "instant" : "smooth" });
}

function show(root, at) {
  root.at = at;
  const step = root.steps[at];
  const last = at === root.steps.length - 1;
  root.querySelector("#tour-title").textContent = step.title;
  root.querySelector("#tour-text").textContent = step.text;
  root.querySelector(".tour-place").textContent = `${at + 1} of ${root.steps.length}`;
  root.querySelector(".tour-back").hidden = at === 0;
  root.querySelector(".tour-skip").hidden = last;
  root.querySelector(".tour-next").textContent = last ? "Done" : "Next";
  root.querySelector(".tour-card").hidden = false;
  const part = target(step);
  if (part) bringIntoView(part);
  place(root);
  root.querySelector(".tour-next").focus({ preventScroll: true });
}

function end(root) {
  if (root.at === undefined) return;
  root.at = undefined;
  clearInterval(root.timer);
  root.querySelector(".tour-card").hidden = true;
  root.querySelector(".tour-ring").hidden = true;
  if (root.querySelector(".tour-card").contains(document.activeElement) || document.activeElement === document.body) {
    root.querySelector(".tour-start").focus({ preventScroll: true });
  }
}

function start(root) {
  root.steps = root.all.filter(target);
  if (!root.steps.length) return;
  remember(root.page);
  offer(root);
  clearInterval(root.timer);
  // Charts come and parts move while the tour is on: it follows them.
  root.timer = setInterval(() => place(root), FOLLOW_MS);
  show(root, 0);
}

function move(root, by) {
  const at = root.at + by;
  if (at >= root.steps.length) end(root);
  else show(root, Math.max(at, 0));
}

function offer(root) {
  const names = seen();
  root.classList.toggle("tour-known", names.includes(DECLINED) || names.includes(root.page));
  root.querySelector(".tour-offer").hidden = !root.all.length;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".tour");
  if (root.page !== data.page) end(root);
  Object.assign(root, { page: data.page, all: data.steps });
  offer(root);
  root.querySelector(".tour-start").onclick = () => start(root);
  root.querySelector(".tour-decline").onclick = () => {
    remember(DECLINED);
    offer(root);
    root.querySelector(".tour-start").focus({ preventScroll: true });
  };
  root.querySelector(".tour-skip").onclick = () => end(root);
  root.querySelector(".tour-back").onclick = () => move(root, -1);
  root.querySelector(".tour-next").onclick = () => move(root, 1);
  root.querySelector(".tour-card").onkeydown = (event) => {
    const actions = { ArrowRight: () => move(root, 1), ArrowLeft: () => move(root, -1), Escape: () => end(root) };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  // Called again with each new page: one listener of each is enough.
  root.unlisten?.();
  const follow = () => root.at !== undefined && place(root);
  addEventListener("resize", follow);
  addEventListener("scroll", follow, true);
  root.unlisten = () => {
    removeEventListener("resize", follow);
    removeEventListener("scroll", follow, true);
  };
  return root.unlisten;
}
