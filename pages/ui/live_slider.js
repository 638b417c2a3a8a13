// Tells Python while it moves, one value at a time: the next goes when the answer to the last has come.

const LOST_MS = 1000;

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".live-slider");
  const input = root.querySelector("input");
  const output = root.querySelector("output");
  const show = () => (output.textContent = input.value + data.unit);
  const send = () => {
    root.sent = Number(input.value);
    root.sentAt = performance.now();
    setStateValue("value", root.sent);
  };
  root.querySelector("span").textContent = data.label;
  input.setAttribute("aria-label", data.label);
  Object.assign(input, { min: data.min, max: data.max, step: data.step });
  if (data.value === root.sent || performance.now() - (root.sentAt ?? -LOST_MS) > LOST_MS) root.sent = null;
  if (root.sent === null && !root.held) input.value = data.value;
  else if (root.sent === null && Number(input.value) !== data.value) send();
  show();
  input.oninput = () => {
    root.held = true;
    show();
    if (root.sent == null || performance.now() - root.sentAt > LOST_MS) send();
  };
  input.onchange = () => {
    root.held = false;
    if (root.sent !== Number(input.value)) send();
  };
}
