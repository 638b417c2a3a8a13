// Each tells Python while it moves, one value at a time: the next goes when the answer to the last has come.

const LOST_MS = 1000;

function label(key) {
  const node = document.createElement("label");
  node.className = "live-slider";
  node.dataset.key = key;
  node.innerHTML = '<span></span><output></output><input type="range">';
  return node;
}

function follow(node, slider, post) {
  const input = node.querySelector("input");
  const output = node.querySelector("output");
  const show = () => (output.textContent = input.value + slider.unit);
  const send = () => {
    node.sent = Number(input.value);
    node.sentAt = performance.now();
    post(node.sent);
  };
  node.querySelector("span").textContent = slider.label;
  input.setAttribute("aria-label", slider.label);
  Object.assign(input, { min: slider.low, max: slider.high, step: slider.step });
  if (slider.value === node.sent || performance.now() - (node.sentAt ?? -LOST_MS) > LOST_MS) node.sent = null;
  if (node.sent === null && !node.held) input.value = slider.value;
  else if (node.sent === null && Number(input.value) !== slider.value) send();
  show();
  input.oninput = () => {
    node.held = true;
    show();
    if (node.sent == null || performance.now() - node.sentAt > LOST_MS) send();
  };
  input.onchange = () => {
    node.held = false;
    if (node.sent !== Number(input.value)) send();
  };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".live-sliders");
  const there = new Map([...root.children].map((node) => [node.dataset.key, node]));
  const keys = data.sliders.map(({ key }) => key);
  // What has the focus loses it when it is put in anew.
  if (keys.join() !== [...there.keys()].join()) root.replaceChildren(...keys.map((key) => there.get(key) ?? label(key)));
  data.sliders.forEach((slider, index) => {
    follow(root.children[index], slider, (value) => setStateValue(slider.key, value));
  });
}
