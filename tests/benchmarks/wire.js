// Watches the connection to the app: bytes that came, and for each rerun when its result was on the screen.
// `pressed` is when the user last did something; `settled` has the milliseconds from there, of reruns that it caused.
(() => {
  // Whether a ForwardMsg says that the script has finished (field 6), and not only to begin anew (2).
  function finished(bytes) {
    let at = 0;
    const number = () => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number();
      const value = number();
      if (tag === 48) return value !== 2;
      if (tag % 8 === 2) at += value;
    }
    return false;
  }

  window.wire = { bytes: 0, pressed: null, settled: [] };
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => (wire.pressed = performance.now()), true);
  }
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        wire.bytes += data.byteLength;
        const pressed = wire.pressed;
        if (pressed === null || !finished(new Uint8Array(data))) return;
        wire.pressed = null;
        requestAnimationFrame(() => requestAnimationFrame(() => wire.settled.push(performance.now() - pressed)));
      });
    }
  };
})();
