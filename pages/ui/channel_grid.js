// Tiles keep their places; one that is still being made is an empty frame, so nothing jumps when its picture arrives.

function tile() {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = '<span class="channel-frame"><img alt="" hidden></span><small></small>';
  return button;
}

function fill(button, { channel, label, src }, chosen) {
  const image = button.querySelector("img");
  button.dataset.channel = channel;
  button.setAttribute("aria-pressed", String(channel === chosen));
  button.setAttribute("aria-label", `Channel ${label}${src ? "" : ", being made"}`);
  button.querySelector("small").textContent = label;
  if (src && image.src !== src) image.src = src;
  image.hidden = !src;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".channel-grid");
  while (root.childElementCount < data.tiles.length) root.append(tile());
  while (root.childElementCount > data.tiles.length) root.lastChild.remove();
  data.tiles.forEach((item, index) => fill(root.children[index], item, data.chosen));
  root.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    for (const other of root.children) other.setAttribute("aria-pressed", String(other === button));
    setStateValue("channel", Number(button.dataset.channel));
  };
}
