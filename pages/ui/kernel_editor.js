// A grid of numbers: orange above zero, blue below, white at zero, as strong as they are large.

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

function show(value) {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}

function parse(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(clean);
  return clean && Number.isFinite(value) && Math.abs(value) <= 1000 ? value : null;
}

function field(value, row, column) {
  const cell = document.createElement("input");
  cell.value = show(value);
  cell.dataset.value = value;
  cell.autocomplete = "off";
  cell.setAttribute("aria-label", `Kernel row ${row + 1}, column ${column + 1}`);
  return cell;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".kernel");
  const side = data.rows.length;
  const text = JSON.stringify(data.rows);
  if (root.shown !== text) {
    root.shown = text;
    const same = root.childElementCount === side * side;
    root.style.setProperty("--side", side);
    if (!same) root.replaceChildren(...data.rows.flatMap((row, r) => row.map((value, c) => field(value, r, c))));
    [...root.children].forEach((cell, index) => {
      const value = data.rows[Math.floor(index / side)][index % side];
      cell.dataset.value = value;
      if (root.ownerDocument.activeElement !== cell) cell.value = show(value);
    });
    colour([...root.children]);
  }
  const cells = () => [...root.children];
  root.onfocusin = (event) => event.target.select();
  root.onfocusout = (event) => {
    event.target.value = show(Number(event.target.dataset.value));
    event.target.removeAttribute("aria-invalid");
  };
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
    clearTimeout(root.telling);
    root.telling = setTimeout(() => setStateValue("weights", rows.map((row) => row.join(",")).join(";")), 60);
  };
}
