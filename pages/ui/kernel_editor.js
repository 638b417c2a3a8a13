// A grid of numbers: orange above zero, blue below, white at zero, as strong as they are large.
//
// data.rows    the numbers; data.heard: the edit that they are the answer to, or null
//
// What the person edits goes to Python as the state `weights`: rows by semicolons. Answers to earlier edits are not
// shown: they would undo the later ones.

const LOST_MS = 5000;

function strength(value, largest) {
  return Math.round(12 + 73 * Math.min(1, Math.abs(value) / largest));
}

function colour(cells) {
  const values = cells.map((cell) => Number(cell.dataset.value));
  const largest = Math.max(...values.map(Math.abs)) || 1;
  cells.forEach((cell, index) => {
    const value = values[index];
    const hue = value > 0 ? "#E69F00" : "#0072B2";
    cell.style.background = value ? `color-mix(in srgb, ${hue} ${strength(value, largest)}%, #fff)` : "#fff";
    cell.style.color = value < 0 && strength(value, largest) > 55 ? "#fff" : "#23252D";
  });
}

// Large kernels have small cells: two decimals, and no zero before the point.
function show(value, side) {
  const text = side > 5 ? String(Number(value.toFixed(2))).replace("0.", ".") : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

function parse(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(clean);
  return clean && Number.isFinite(value) && Math.abs(value) <= 1000 ? value : null;
}

function field(row, column) {
  const cell = document.createElement("input");
  cell.autocomplete = "off";
  cell.setAttribute("aria-label", `Kernel row ${row + 1}, column ${column + 1}`);
  return cell;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".kernel");
  if (root.posted && data.heard !== root.posted && performance.now() - root.editedAt < LOST_MS) return;
  const side = data.rows.length;
  const text = JSON.stringify(data.rows);
  if (root.shown !== text) {
    root.shown = text;
    const same = root.childElementCount === side * side;
    root.style.setProperty("--side", side);
    if (!same) root.replaceChildren(...data.rows.flatMap((row, r) => row.map((_, c) => field(r, c))));
    [...root.children].forEach((cell, index) => {
      const value = data.rows[Math.floor(index / side)][index % side];
      cell.dataset.value = value;
      if (root.ownerDocument.activeElement !== cell) cell.value = show(value, side);
    });
    colour([...root.children]);
  }
  const cells = () => [...root.children];
  root.side = side;
  if (!root.listens) {
    root.listens = true;
    root.addEventListener("focusin", ({ target }) => {
      target.value = target.dataset.value.replace("-", "−");
      target.select();
    });
    root.addEventListener("focusout", ({ target }) => {
      target.value = show(Number(target.dataset.value), root.side);
      target.removeAttribute("aria-invalid");
    });
  }
  root.onkeydown = (event) => {
    const by = { ArrowUp: -side, ArrowDown: side, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter") event.target.blur();
    if (by) {
      cells()[cells().indexOf(event.target) + by]?.focus();
      event.preventDefault();
    }
  };
  root.oninput = (event) => {
    const value = parse(event.target.value);
    event.target.setAttribute("aria-invalid", value === null);
    if (value === null) return;
    event.target.dataset.value = value;
    colour(cells());
    const rows = Array.from({ length: side }, (_, r) => cells().slice(r * side, r * side + side).map((c) => Number(c.dataset.value)));
    root.shown = JSON.stringify(rows);
    root.posted = rows.map((row) => row.join(",")).join(";");
    root.editedAt = performance.now();
    clearTimeout(root.telling);
    root.telling = setTimeout(() => setStateValue("weights", root.posted), 60);
  };
}
