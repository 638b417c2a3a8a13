// The slider covers the frame, so mouse, touch and arrow keys all move the line.

const EDGE = 18;

function move(root, at) {
  root.style.setProperty("--at", at + "%");
  root.querySelector(".wipe-left").hidden = at < EDGE;
  root.querySelector(".wipe-right").hidden = at > 100 - EDGE;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".wipe");
  const input = root.querySelector("input");
  const [height, width] = data.shape;
  root.style.setProperty("--ratio", width / height);
  for (const [name, title] of [["before", data.names[0]], ["after", data.names[1]]]) {
    const image = root.querySelector(".wipe-" + name);
    if (image.src !== data[name]) image.src = data[name];
    image.alt = title;
  }
  root.querySelector(".wipe-left").textContent = data.names[0];
  root.querySelector(".wipe-right").textContent = data.names[1];
  input.setAttribute("aria-label", `${data.names[0]} left of the line, ${data.names[1]} right of it`);
  if (!root.placed) {
    root.placed = true;
    input.value = data.at;
    move(root, data.at);
  }
  input.oninput = () => move(root, Number(input.value));
}
