// Draws a board into nodes that stay: a name that is new fades in, one that moves up is seen to move.

const MOVE = { duration: 500, easing: "ease-out" };

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const node = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

// The children of `place` become one a thing, each made once and known by its key afterwards.
function keep(place, things, keyOf, make, update) {
  const known = new Map([...place.children].map((child) => [child.dataset.key, child]));
  const before = new Map([...place.children].map((child) => [child, child.getBoundingClientRect()]));
  const wanted = things.map((thing) => {
    const child = known.get(keyOf(thing)) ?? make();
    child.dataset.key = keyOf(thing);
    update(child, thing);
    return child;
  });
  place.replaceChildren(...wanted);
  return { before, wanted };
}

function moved({ before, wanted }, quiet) {
  if (quiet || still()) return;
  for (const child of wanted) {
    const old = before.get(child);
    if (!old) {
      child.animate([{ opacity: 0 }, { opacity: 1 }], MOVE);
      continue;
    }
    const now = child.getBoundingClientRect();
    const [x, y] = [old.left - now.left, old.top - now.top];
    if (x || y) child.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], MOVE);
  }
}

function makePlayer() {
  const item = node("li", "board-player");
  item.append(node("span", "board-name"), node("span", "board-dots"));
  return item;
}

function showPlayer(item, player, many) {
  const [name, dots] = item.children;
  name.textContent = player.name;
  item.classList.toggle("board-mine", player.mine);
  dots.replaceChildren(...Array.from({ length: many }, (_, i) => node("i", i < player.solved ? "board-full" : "")));
  dots.setAttribute("role", "img");
  dots.setAttribute("aria-label", `${player.solved} of ${many} solved`);
}

function makeRow() {
  const item = node("li", "board-row");
  item.append(node("span", "board-mark"), node("span", "board-name"), node("b", "board-brief"), node("small", "board-cost"));
  item.firstChild.setAttribute("role", "img");
  return item;
}

function showRow(item, row, quiet) {
  const [mark, name, brief, cost] = item.children;
  if (row.solved && item.dataset.solved === "no" && !quiet && !still()) item.classList.add("board-fresh");
  item.dataset.solved = row.solved ? "yes" : "no";
  item.classList.toggle("board-mine", row.mine);
  item.title = row.words;
  mark.textContent = row.solved ? "✓" : "·";
  mark.setAttribute("aria-label", row.solved ? "solved" : "best so far");
  name.textContent = row.name;
  brief.textContent = row.brief;
  cost.textContent = row.cost;
}

function makeChallenge() {
  const section = node("section", "board-challenge");
  const head = node("header", "");
  head.append(node("h3", ""), node("p", "board-task"), node("p", "board-share"), node("div", "board-track"));
  head.lastChild.append(node("div", ""));
  section.append(head, node("ol", "board-rows"), node("p", "board-nobody", "Nobody yet."));
  return section;
}

function showChallenge(section, challenge, number, players, quiet) {
  const [title, task, share, track] = section.firstChild.children;
  const solved = challenge.rows.filter((row) => row.solved).length;
  title.textContent = `${number} ${challenge.title}`;
  task.textContent = challenge.task;
  share.textContent = players ? `${solved} of ${players} solved it` : "Open to all";
  track.firstChild.style.width = `${players ? (100 * solved) / players : 0}%`;
  const rows = section.querySelector(".board-rows");
  moved(keep(rows, challenge.rows, (row) => row.name, makeRow, (item, row) => showRow(item, row, quiet)), quiet);
  section.querySelector(".board-nobody").hidden = challenge.rows.length > 0;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".board");
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  // Nothing moves when the board is drawn for the first time, or turned to other challenges.
  const titles = data.challenges.map((challenge) => challenge.title).join();
  const quiet = root.titles !== titles;
  Object.assign(root, { drawn, titles });
  const { players, challenges } = data;
  const solved = players.reduce((sum, player) => sum + player.solved, 0);
  root.querySelector(".board-count").textContent = players.length
    ? `${players.length} joined · ${solved} solved`
    : "Nobody has joined yet. Names appear here as they come.";
  moved(
    keep(
      root.querySelector(".board-players"),
      players,
      (player) => player.name,
      makePlayer,
      (item, player) => showPlayer(item, player, challenges.length),
    ),
    quiet,
  );
  root.classList.toggle("board-dense", Math.max(0, ...challenges.map((challenge) => challenge.rows.length)) > 10);
  const place = root.querySelector(".board-challenges");
  keep(place, challenges, (c) => c.title, makeChallenge, () => {});
  challenges.forEach((c, i) => showChallenge(place.children[i], c, i + 1, players.length, quiet));
}
