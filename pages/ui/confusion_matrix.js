// A table of buttons. One of them is in the tab order; the arrow keys go to the others, as in a grid.

const element = (tag, text, attributes = {}) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// A square root, or one frequent mistake would leave the others white.
const strength = (count, most) => (count ? 0.1 + 0.5 * Math.sqrt(count / Math.max(most, 1)) : 0);

function cellOf(data, row, column, most) {
  const count = data.matrix[row][column];
  const [is, said] = [data.names[row], data.names[column]];
  const spoken = row === column ? `${is} read right: ${count}` : `${is} taken for ${said}: ${count}`;
  const button = element("button", count ? count.toLocaleString("en") : "", { type: "button", "aria-label": spoken });
  button.dataset.cell = [row, column];
  button.title = spoken;
  button.className = row === column ? "confusion-right" : "confusion-wrong";
  button.style.setProperty("--strength", strength(count, row === column ? most.right : most.wrong));
  const cell = element("td", undefined, { role: "gridcell" });
  cell.append(button);
  return cell;
}

function tableOf(data) {
  const flat = data.matrix.flatMap((row, r) => row.map((count, c) => [r === c, count]));
  const largest = (right) => Math.max(...flat.filter(([is]) => is === right).map(([, count]) => count));
  const most = { right: largest(true), wrong: largest(false) };
  const table = element("table", undefined, { role: "grid", "aria-label": "Confusion matrix" });
  const head = element("tr");
  head.append(element("td"), ...data.names.map((name) => element("th", name, { scope: "col" })));
  const rows = data.matrix.map((counts, row) => {
    const line = element("tr");
    line.append(element("th", data.names[row], { scope: "row" }));
    line.append(...counts.map((_, column) => cellOf(data, row, column, most)));
    return line;
  });
  const [thead, tbody] = [element("thead"), element("tbody")];
  thead.append(head);
  tbody.append(...rows);
  table.append(thead, tbody);
  table.classList.toggle("confusion-long", data.names.some((name) => name.length > 2));
  return table;
}

function mark(root, cell) {
  for (const button of root.querySelectorAll("button")) {
    const chosen = button.dataset.cell === String(cell);
    button.setAttribute("aria-pressed", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".confusion");
  const structure = JSON.stringify([data.matrix, data.names]);
  if (root.structure !== structure) {
    root.structure = structure;
    const columns = element("p", "what the network says →", { class: "confusion-axis" });
    const rows = element("p", "↓ what it is", { class: "confusion-axis" });
    root.replaceChildren(columns, rows, tableOf(data));
    root.cell = undefined;
  }
  const choose = (cell) => {
    mark(root, cell);
    if (String(root.cell) !== String(cell)) setStateValue("cell", cell);
    root.cell = cell;
  };
  // An answer to an older choice must not take the newer one back.
  root.cell ??= data.cell;
  mark(root, root.cell);
  root.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) choose(button.dataset.cell.split(",").map(Number));
  };
  root.onkeydown = (event) => {
    const button = event.target.closest("button");
    if (!button || !MOVES[event.key]) return;
    event.preventDefault();
    const last = data.names.length - 1;
    const from = button.dataset.cell.split(",").map(Number);
    const to = from.map((place, axis) => Math.min(last, Math.max(0, place + MOVES[event.key][axis])));
    root.querySelector(`[data-cell="${to}"]`).focus();
    choose(to);
  };
}
