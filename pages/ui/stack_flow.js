// The network as a row of stacked feature maps; pressing one chooses it.

function start(picture) {
  const figure = document.createElement("figure");
  figure.className = "stack-stop stack-start";
  figure.innerHTML =
    '<span class="stack-cards"><img alt="The picture"></span><b>Picture</b><small>224×224</small><small>×3</small>';
  figure.querySelector("img").src = picture;
  return figure;
}

function stop(item, chosen) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "stack-stop";
  button.dataset.id = item.id;
  button.setAttribute("aria-pressed", String(item.id === chosen));
  button.setAttribute("aria-label", `${item.label}: ${item.channels} feature maps of ${item.size} by ${item.size}`);
  button.innerHTML =
    '<span class="stack-cards"><img alt=""></span><b></b>' +
    '<small class="stack-size"></small><small class="stack-count"></small>';
  const image = button.querySelector("img");
  image.src = item.image;
  image.style.width = image.style.height = item.side + "px";
  button.querySelector("b").textContent = item.label;
  button.querySelector(".stack-size").textContent = `${item.size}×${item.size}`;
  button.querySelector(".stack-count").textContent = `×${item.channels}`;
  return button;
}

function choose(row, id) {
  for (const button of row.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.id === id));
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const row = parentElement.querySelector(".stack-flow");
  const version = data.items.map((item) => item.image).join();
  if (row.version !== version) {
    row.version = version;
    row.replaceChildren(start(data.picture), ...data.items.map((item) => stop(item, data.chosen)));
  }
  choose(row, data.chosen);
  if (!row.shown) {
    // Where the row is wider than the screen, the layer that is chosen comes into view.
    const button = row.querySelector('[aria-pressed="true"]');
    row.shown = Boolean(row.clientWidth);
    row.scrollLeft = button.offsetLeft - row.offsetLeft - row.clientWidth / 2 + button.clientWidth / 2;
  }
  row.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    choose(row, button.dataset.id);
    setStateValue("group", button.dataset.id);
  };
  row.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...row.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
      next.click();
    }
  };
}
